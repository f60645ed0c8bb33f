package dev.resilience.diagnosis;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A time in which dependencies deviated from what they usually do.
 *
 * @param id its own
 * @param since when the first one left its baseline
 * @param until when it was over, {@code null} if it is not
 * @param sequence who deviated in what, in the order in which they left their baselines
 * @param category what kind of trouble it is, {@code null} if the figures do not tell
 * @param figures the figures that tell
 * @param advice where to look, and what to do
 */
public record Incident(String id, Instant since, @Nullable Instant until, List<Step> sequence,
		@Nullable Category category, List<String> figures, String advice) {

	/**
	 * Who deviated first, which is where to look; it need not be the loudest.
	 * @return the name of the dependency
	 */
	public String firstToDeviate() {
		return this.sequence.get(0).dependency();
	}

	/**
	 * A dependency left its baseline.
	 *
	 * @param dependency its name
	 * @param signal in what it deviated
	 * @param since when
	 * @param message the figures
	 */
	public record Step(String dependency, DeviationSignal signal, Instant since, String message) {
	}

}
