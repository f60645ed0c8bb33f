package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A time in which a dependency is left alone because it asked for that.
 */
final class Pause {

	private static final long NONE = 0;

	private final Duration longest;

	private final long startNanos;

	// nanoseconds since the start
	private final AtomicLong until = new AtomicLong(NONE);

	Pause(Duration longest, long startNanos) {
		this.longest = longest;
		this.startNanos = startNanos;
	}

	/** The dependency wants to be asked again after this time. */
	void extend(Duration wanted, long nowNanos) {
		Duration pause = (wanted.compareTo(this.longest) < 0) ? wanted : this.longest;
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
