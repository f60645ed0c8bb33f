package dev.resilience.diagnosis;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds out that more calls fail than usual.
 */
final class ErrorDetector extends WindowedDetector {

	private final Thresholds thresholds;

	ErrorDetector(Thresholds thresholds) {
		this.thresholds = thresholds;
	}

	@Override
	@Nullable Finding look(Recent recent, int seconds, Norm norm, Load load, double lenience) {
		Figures sum = recent.sum(seconds);
		double usual = norm.errorShare();
		double share = sum.errors() / (double) Math.max(1, sum.calls());
		if (share < usual + this.thresholds.errorRise() * lenience
				|| Surprise.ofMore(sum.errors(), sum.calls(), usual) < this.thresholds.surprise() * lenience) {
			return null;
		}
		return new Finding(recent.began(Figures::errors, sum, usual),
				String.format(Locale.ROOT,
						"%s of its calls fail (%d of %d in %d s), usually at most %s: see 'failures' for how",
						Text.percent(share), sum.errors(), sum.calls(), seconds, Text.percent(usual)));
	}

}
