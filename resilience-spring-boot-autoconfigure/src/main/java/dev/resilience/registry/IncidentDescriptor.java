package dev.resilience.registry;

import java.util.List;

import dev.resilience.diagnosis.Category;
import dev.resilience.diagnosis.DeviationSignal;
import dev.resilience.diagnosis.Incident;
import org.jspecify.annotations.Nullable;

/**
 * An incident on the map.
 *
 * @param id its own
 * @param since when the first dependency left its baseline
 * @param until when it was over, {@code null} if it is not
 * @param firstToDeviate the dependency that did so first, which is where to look
 * @param path from that dependency to the innermost service behind it that deviated first
 * @param category what kind of trouble it is, {@code null} if the figures do not tell
 * @param figures the figures that tell
 * @param sequence who deviated in what, in the order in which they left their baselines
 * @param advice where to look, and what to do
 */
public record IncidentDescriptor(String id, String since, @Nullable String until, String firstToDeviate,
		List<String> path, @Nullable Category category, List<String> figures, List<Step> sequence, String advice) {

	static IncidentDescriptor of(Incident incident, List<String> path) {
		String behind = (path.size() > 1)
				? " Its own map says that %s deviated first.".formatted(path.get(path.size() - 1)) : "";
		return new IncidentDescriptor(incident.id(), incident.since().toString(),
				(incident.until() != null) ? incident.until().toString() : null, incident.firstToDeviate(), path,
				incident.category(), incident.figures(),
				incident.sequence()
					.stream()
					.map((step) -> new Step(step.dependency(), step.signal(), step.since().toString(), step.message()))
					.toList(),
				incident.advice() + behind);
	}

	/**
	 * A dependency left its baseline.
	 *
	 * @param dependency its name
	 * @param signal in what it deviated
	 * @param since when
	 * @param message the figures
	 */
	public record Step(String dependency, DeviationSignal signal, String since, String message) {
	}

}
