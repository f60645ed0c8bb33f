package dev.resilience;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The moment by which a guarded call has to be over, on the monotonic clock.
 */
public final class Deadline {

	private final long nanoTime;

	private final LongSupplier clock;

	/**
	 * Create a new deadline.
	 * @param nanoTime the moment, on the given clock
	 * @param clock the monotonic clock, in nanoseconds
	 */
	public Deadline(long nanoTime, LongSupplier clock) {
		this.nanoTime = nanoTime;
		this.clock = clock;
	}

	/**
	 * What is left until the deadline.
	 * @return the time left, zero when it has passed
	 */
	public Duration remaining() {
		return Duration.ofNanos(Math.max(0, this.nanoTime - this.clock.getAsLong()));
	}

	/**
	 * Whether the deadline has passed.
	 * @return {@code true} if nothing is left
	 */
	public boolean isExpired() {
		return this.nanoTime - this.clock.getAsLong() <= 0;
	}

	@Override
	public String toString() {
		return "Deadline[" + remaining() + " left]";
	}

}
