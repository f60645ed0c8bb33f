package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long a breaker stays open: twice as long each time that its probes fail, and a
 * random part shorter than that, so that instances do not probe in step.
 */
final class OpenTime {

	private static final Duration LONGEST = Duration.ofMinutes(2);

	private static final double JITTER = 0.2;

	private static final int MOST_DOUBLINGS = 30;

	private final Duration first;

	private final DoubleSupplier random;

	private volatile long endNanos;

	/**
	 * Create an open time.
	 * @param first how long it is at first, at most
	 * @param random a random number from 0 to 1
	 */
	OpenTime(Duration first, DoubleSupplier random) {
		this.first = first;
		this.random = random;
	}

	/**
	 * The breaker opens.
	 * @param times how often it has opened since it was closed, from 1
	 * @return how long it stays open, in milliseconds
	 */
	long start(int times, long nowNanos) {
		double doubled = this.first.toMillis() * Math.pow(2, Math.min(MOST_DOUBLINGS, times - 1));
		double longest = Math.max(this.first.toMillis(), Math.min(LONGEST.toMillis(), doubled));
		long millis = (long) Math.ceil(longest * (1 - JITTER * (1 - this.random.getAsDouble())));
		this.endNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
		return millis;
	}

	/** The breaker takes the place of one that is open until then. */
	void resume(long endNanos) {
		this.endNanos = endNanos;
	}

	boolean isOver(long nowNanos) {
		return nowNanos - this.endNanos > 0;
	}

	Duration left(long nowNanos) {
		return Duration.ofNanos(Math.max(0, this.endNanos - nowNanos));
	}

}
