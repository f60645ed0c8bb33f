package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A time in which a dependency is left alone because it asked for that.
 */
final class Pause {

	private static final long NONE = 0;

	private final long startNanos;

	private volatile Duration longest;

	// nanoseconds since the start
	private final AtomicLong until = new AtomicLong(NONE);

	Pause(Duration longest, long startNanos) {
		this.longest = longest;
		this.startNanos = startNanos;
	}

	/** Pauses that are asked for from now on are at most this long. */
	void limitTo(Duration longest) {
		this.longest = longest;
	}

	/** The dependency wants to be asked again after this time. */
	void extend(Duration wanted, long nowNanos) {
		Duration longest = this.longest;
		Duration pause = (wanted.compareTo(longest) < 0) ? wanted : longest;
		this.until.accumulateAndGet(nowNanos - this.startNanos + pause.toNanos(), Math::max);
	}

	boolean isOn(long nowNanos) {
		long until = this.until.get();
		if (until == NONE) {
			return false;
		}
		if (nowNanos - this.startNanos < until) {
			return true;
		}
		this.until.compareAndSet(until, NONE);
		return false;
	}

	/** The time left, {@code null} if there is none. */
	@Nullable Duration remaining(long nowNanos) {
		long left = this.until.get() - (nowNanos - this.startNanos);
		return (left > 0) ? Duration.ofNanos(left) : null;
	}

}
