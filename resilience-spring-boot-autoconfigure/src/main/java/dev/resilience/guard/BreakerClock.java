package dev.resilience.guard;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock for the breaker that a changed wall clock cannot move. It shows the time that
 * was read last for a call, so that the breaker costs no reading of its own.
 */
final class BreakerClock extends Clock {

	private static final long RESOLUTION_NANOS = 1_000_000;

	private final long startNanos;

	private volatile Reading reading;

	BreakerClock(long startNanos) {
		this.startNanos = startNanos;
		this.reading = new Reading(startNanos, Instant.EPOCH);
	}

	void advance(long nowNanos) {
		if (nowNanos - this.reading.nanos >= RESOLUTION_NANOS) {
			this.reading = new Reading(nowNanos, Instant.EPOCH.plusNanos(nowNanos - this.startNanos));
		}
	}

	long nanos() {
		return this.reading.nanos;
	}

	@Override
	public Instant instant() {
		return this.reading.instant;
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return this;
	}

	private record Reading(long nanos, Instant instant) {
	}

}
