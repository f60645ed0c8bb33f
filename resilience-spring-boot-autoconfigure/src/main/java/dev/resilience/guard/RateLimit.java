package dev.resilience.guard;

import java.util.function.LongSupplier;

import dev.resilience.policy.Settings;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;

/**
 * Bounds how many calls are sent to a dependency in a time.
 */
final class RateLimit {

	private final Bucket bucket;

	RateLimit(Settings.RateLimit policy, LongSupplier clock) {
		int burst = (policy.burst() != null) ? policy.burst() : policy.permits();
		this.bucket = Bucket.builder()
			.addLimit((limit) -> limit.capacity(burst).refillGreedy(policy.permits(), policy.per()))
			.withCustomTimePrecision(new MonotonicTime(clock))
			.build();
	}

	boolean tryAcquire() {
		return this.bucket.tryConsume(1);
	}

	private record MonotonicTime(LongSupplier clock) implements TimeMeter {

		@Override
		public long currentTimeNanos() {
			return this.clock.getAsLong();
		}

		@Override
		public boolean isWallClockBased() {
			return false;
		}

	}

}
