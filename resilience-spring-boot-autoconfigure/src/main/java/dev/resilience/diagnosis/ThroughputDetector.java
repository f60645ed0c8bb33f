package dev.resilience.diagnosis;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds out that much fewer calls come or end than usual.
 */
final class ThroughputDetector extends WindowedDetector {

	private final Thresholds thresholds;

	ThroughputDetector(Thresholds thresholds) {
		this.thresholds = thresholds;
	}

	@Override
	@Nullable Finding look(Recent recent, int seconds, Norm norm, Load load, double lenience) {
		long demand = recent.sum(seconds).demand();
		double expected = norm.demandPerSecond() * seconds;
		if (demand > expected * (1 - this.thresholds.throughputDrop() * lenience)
				|| Surprise.ofFewer(demand, expected, norm.dispersion()) < this.thresholds.surprise() * lenience) {
			return null;
		}
		double now = Math.max(demand, 0.5) / seconds;
		double fewer = Math.log(now / norm.demandPerSecond());
		int began = recent.began((second) -> second.demand() * fewer - (now - norm.demandPerSecond()));
		return new Finding(began,
				String.format(Locale.ROOT, "Its calls have dropped from %s to %s: %s",
						Text.perSecond(norm.demandPerSecond()), Text.perSecond(demand / (double) seconds),
						(load.inUse() > 0) ? "%d of them are under way and do not end".formatted(load.inUse())
								: "nobody asks, so look at who calls it"));
	}

}
