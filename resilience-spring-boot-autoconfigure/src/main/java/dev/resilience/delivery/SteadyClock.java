package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

import com.github.kagkarlsson.scheduler.Clock;

/**
 * The wall clock, except that it never goes back: a call that is due stays so when
 * somebody corrects the machine's time.
 */
public final class SteadyClock implements Clock {

	private final InstantSource wall;

	private final LongSupplier monotonic;

	private final AtomicReference<Reading> last;

	/**
	 * Start the clock.
	 * @param wall the wall clock
	 * @param monotonic the monotonic clock, in nanoseconds
	 */
	public SteadyClock(InstantSource wall, LongSupplier monotonic) {
		this.wall = wall;
		this.monotonic = monotonic;
		this.last = new AtomicReference<>(new Reading(wall.instant(), monotonic.getAsLong()));
	}

	@Override
	public Instant now() {
		return this.last.updateAndGet(this::next).instant();
	}

	private Reading next(Reading before) {
		Instant instant = this.wall.instant();
		long nanos = this.monotonic.getAsLong();
		Instant least = before.instant().plus(Duration.ofNanos(Math.max(0, nanos - before.nanos())));
		return new Reading(instant.isBefore(least) ? least : instant, nanos);
	}

	private record Reading(Instant instant, long nanos) {
	}

}
