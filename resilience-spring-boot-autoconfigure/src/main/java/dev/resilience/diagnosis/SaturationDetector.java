package dev.resilience.diagnosis;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds out that there is hardly any room for more calls.
 */
final class SaturationDetector implements Detector {

	private static final int SECONDS = 5;

	private final Thresholds thresholds;

	SaturationDetector(Thresholds thresholds) {
		this.thresholds = thresholds;
	}

	@Override
	public @Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience) {
		int seconds = recent.saturatedFor(this.thresholds.saturation() * lenience);
		if (seconds < SECONDS * lenience) {
			return null;
		}
		return new Finding(seconds, "%s of its %d %s are in use: %s".formatted(Text.percent(recent.saturation()),
				load.limit(), load.unit(), needed(recent.sum(SECONDS), load)));
	}

	// Little's law, twice: what is in use and what ends tell how long it takes
	private static String needed(Figures sum, Load load) {
		if (sum.calls() == 0) {
			return "the calls that hold them do not end, so look for a missing timeout";
		}
		double seconds = load.inUse() * (double) SECONDS / sum.calls();
		double rate = Math.max(sum.demand(), sum.calls()) / (double) SECONDS;
		return String.format(Locale.ROOT, "at %s and %s you need %d %s, you have %d", Text.perSecond(rate),
				Text.millis(seconds * 1000), (long) Math.ceil(rate * seconds), load.unit(), load.limit());
	}

}
