package dev.resilience.diagnosis;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds out that more calls fail than usual.
 */
final class ErrorDetector implements Detector {

	private final Thresholds thresholds;

	ErrorDetector(Thresholds thresholds) {
		this.thresholds = thresholds;
	}

	@Override
	public @Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience) {
		if (norm == null) {
			return null;
		}
		for (int seconds : Recent.WINDOWS) {
			Finding found = look(recent, seconds, norm, lenience);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	private @Nullable Finding look(Recent recent, int seconds, Norm norm, double lenience) {
		Figures sum = recent.sum(seconds);
		double usual = norm.errorShare();
		double share = sum.errors() / (double) Math.max(1, sum.calls());
		if (share < usual + this.thresholds.errorRise() * lenience
				|| Surprise.ofMore(sum.errors(), sum.calls(), usual) < this.thresholds.surprise() * lenience) {
			return null;
		}
		double more = Math.log(share / usual);
		double fewer = Math.log(Math.max(1e-6, 1 - share) / (1 - usual));
		int began = recent
			.began((second) -> second.errors() * more + Math.max(0, second.calls() - second.errors()) * fewer);
		return new Finding(began,
				String.format(Locale.ROOT,
						"%s of its calls fail (%d of %d in %d s), usually at most %s: see 'failures' for how",
						Text.percent(share), sum.errors(), sum.calls(), seconds, Text.percent(usual)));
	}

}
