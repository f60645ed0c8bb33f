package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

import dev.resilience.policy.DependencyPolicy;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import org.jspecify.annotations.Nullable;

/**
 * A rate limit that this instance keeps by itself.
 */
final class LocalRateLimit implements RateLimit {

	private final Bucket bucket;

	private final long capacity;

	private final long maxWaitNanos;

	private final ScheduledExecutorService timer;

	/**
	 * Create a rate limit.
	 * @param policy what was decided for the dependency
	 * @param instances how many instances share the limit in equal parts
	 * @param clock the monotonic clock
	 * @param timer announces tokens that are waited for
	 */
	LocalRateLimit(DependencyPolicy.RateLimit policy, int instances, LongSupplier clock,
			ScheduledExecutorService timer) {
		Bandwidth limit = RateLimit.bandwidth(policy, instances);
		this.capacity = limit.getCapacity();
		this.bucket = Bucket.builder()
			.addLimit(limit)
			.withCustomTimePrecision(new MonotonicTime(clock, clock.getAsLong()))
			.build();
		this.maxWaitNanos = policy.maxWait().toNanos();
		this.timer = timer;
	}

	// a bucket that was used up must not be full again by a change of its limit
	@Override
	public void start(@Nullable RateLimit predecessor) {
		if (predecessor instanceof LocalRateLimit before) {
			double share = Math.max(0, before.bucket.getAvailableTokens() / (double) before.capacity);
			long used = Math.round(this.capacity * (1 - share));
			if (used > 0) {
				this.bucket.tryConsumeAsMuchAsPossible(used);
			}
		}
	}

	@Override
	public CompletableFuture<Boolean> acquire(long leftNanos) {
		if (this.bucket.tryConsume(1)) {
			return GRANTED;
		}
		long wait = Math.min(this.maxWaitNanos, leftNanos);
		return (wait > 0) ? RateLimit.reserve(this.bucket, wait, this.timer, this::giveBack) : REFUSED;
	}

	@Override
	public void giveBack() {
		this.bucket.addTokens(1);
	}

	/**
	 * The time since the start: Bucket4j knows no clock that overflows.
	 */
	private record MonotonicTime(LongSupplier clock, long startNanos) implements TimeMeter {

		@Override
		public long currentTimeNanos() {
			return this.clock.getAsLong() - this.startNanos;
		}

		@Override
		public boolean isWallClockBased() {
			return false;
		}

	}

}
