package dev.resilience.guard;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;

import dev.resilience.policy.DependencyPolicy;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many calls are sent to a dependency in a time.
 */
interface RateLimit {

	/** A token that is there. */
	CompletableFuture<Boolean> GRANTED = CompletableFuture.completedFuture(true);

	/** A token that does not come in time. */
	CompletableFuture<Boolean> REFUSED = CompletableFuture.completedFuture(false);

	/**
	 * The rate limit of a dependency.
	 * @return the limit, {@code null} if there is none
	 */
	static @Nullable RateLimit of(DependencyPolicy policy, Environment environment) {
		DependencyPolicy.RateLimit limit = policy.rateLimit();
		if (limit == null) {
			return null;
		}
		return limit.shared() ? SharedRateLimit.create(policy, limit, environment)
				: new LocalRateLimit(limit, 1, environment.clock(), environment.timer());
	}

	/**
	 * Take effect, in place of another limit.
	 * @param predecessor the limit that held until now, {@code null} if there was none
	 */
	default void start(@Nullable RateLimit predecessor) {
	}

	/** End: another limit has taken its place. */
	default void stop() {
	}

	/**
	 * Take a token for an attempt. No thread waits for it; who gives up waiting cancels
	 * the future, which gives the token back.
	 * @param leftNanos how long the call may still take
	 * @return completes with whether there is a token for the attempt, and never with a
	 * failure
	 */
	CompletableFuture<Boolean> acquire(long leftNanos);

	/** A token was granted and will not be used. */
	void giveBack();

	/**
	 * Since when only a part of a shared limit holds, because the store does not answer.
	 * @return the moment, {@code null} if that is not so
	 */
	default @Nullable Instant reducedSince() {
		return null;
	}

	/**
	 * The limit as Bucket4j has it.
	 * @param instances how many instances share it in equal parts
	 */
	static Bandwidth bandwidth(DependencyPolicy.RateLimit policy, int instances) {
		return Bandwidth.builder()
			.capacity(Math.max(1, policy.burst() / instances))
			.refillGreedy(policy.permits(), policy.per().multipliedBy(instances))
			.build();
	}

	/**
	 * Reserve the next token of a bucket.
	 * @param waitNanos how long it may be waited for
	 * @param giveBack gives the token back when it is not waited for any longer
	 * @return completes as in {@link #acquire}
	 */
	static CompletableFuture<Boolean> reserve(Bucket bucket, long waitNanos, ScheduledExecutorService timer,
			Runnable giveBack) {
		CompletableFuture<Boolean> token = bucket.asScheduler().tryConsume(1, waitNanos, timer);
		if (token.isCompletedExceptionally()) {
			return failed(token, giveBack);
		}
		token.whenComplete((granted, cancelled) -> {
			if (cancelled != null) {
				giveBack.run();
			}
		});
		return token;
	}

	private static CompletableFuture<Boolean> failed(CompletableFuture<Boolean> token, Runnable giveBack) {
		try {
			token.join();
			throw new IllegalStateException("A token that failed");
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof RejectedExecutionException) {
				// shutting down: the token is reserved, but nothing will announce it
				giveBack.run();
				return REFUSED;
			}
			throw ex;
		}
	}

}
