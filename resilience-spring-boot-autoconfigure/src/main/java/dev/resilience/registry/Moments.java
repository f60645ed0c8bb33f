package dev.resilience.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Tells when something was that is known by the monotonic clock, always the same for the
 * same moment; unless somebody has set the clock.
 */
final class Moments {

	private static final Duration CLOCK_WAS_SET = Duration.ofMillis(500);

	private final LongSupplier nanos;

	private final InstantSource clock;

	private volatile Anchor anchor;

	Moments(LongSupplier nanos, InstantSource clock) {
		this.nanos = nanos;
		this.clock = clock;
		this.anchor = new Anchor(nanos.getAsLong(), clock.instant());
	}

	Instant at(long nanos) {
		long now = this.nanos.getAsLong();
		Instant wall = this.clock.instant();
		Anchor anchor = this.anchor;
		if (Duration.between(anchor.at(now), wall).abs().compareTo(CLOCK_WAS_SET) > 0) {
			anchor = new Anchor(now, wall);
			this.anchor = anchor;
		}
		return anchor.at(nanos);
	}

	private record Anchor(long nanos, Instant instant) {

		private Instant at(long nanos) {
			return this.instant.plusNanos(nanos - this.nanos);
		}

	}

}
