package dev.resilience.diagnosis;

import java.util.Locale;
import java.util.function.ToLongFunction;

import dev.resilience.signal.Distribution;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that calls take longer than usual: all of them, or the slowest ones.
 */
final class LatencyDetector implements Detector {

	private static final double MOST = 0.5;

	private static final double SOME = 0.05;

	private final Thresholds thresholds;

	LatencyDetector(Thresholds thresholds) {
		this.thresholds = thresholds;
	}

	@Override
	public @Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience) {
		if (norm == null) {
			return null;
		}
		int began = began(recent, Figures::slow, norm.slowShare(), MOST, lenience);
		if (began == 0) {
			began = began(recent, Figures::tail, norm.tailShare(), SOME, lenience);
		}
		if (began == 0) {
			return null;
		}
		Distribution now = recent.latencies(began);
		boolean all = now.percentile(50) > norm.slowMillis() * lenience;
		// calls that are slow now began when it began
		double before = now.percentile(all ? 50 : 99) / 1000;
		return new Finding(began + before, all ? allSlow(now, norm) : someSlow(now, norm));
	}

	// how many seconds ago, 0 if it has not
	private int began(Recent recent, ToLongFunction<Figures> slow, double usual, double least, double lenience) {
		for (int seconds : Recent.WINDOWS) {
			Figures sum = recent.sum(seconds);
			long hits = slow.applyAsLong(sum);
			double share = hits / (double) Math.max(1, sum.calls());
			if (share >= Math.max(least, usual) * lenience
					&& Surprise.ofMore(hits, sum.calls(), usual) >= this.thresholds.surprise() * lenience) {
				return recent.began(slow, sum, usual);
			}
		}
		return 0;
	}

	private static String allSlow(Distribution now, Norm norm) {
		return String.format(Locale.ROOT,
				"Everything is slow: p50 is %s, usually %s, and p99 is %s, usually %s: it is overloaded, or waits for something itself",
				Text.millis(now.percentile(50)), Text.millis(norm.p50()), Text.millis(now.percentile(99)),
				Text.millis(norm.p99()));
	}

	private static String someSlow(Distribution now, Norm norm) {
		return String.format(Locale.ROOT,
				"p99 is %s, usually %s, while p50 stays at %s: a part of it is slow, as one host, one query or a pause",
				Text.millis(now.percentile(99)), Text.millis(norm.p99()), Text.millis(now.percentile(50)));
	}

}
