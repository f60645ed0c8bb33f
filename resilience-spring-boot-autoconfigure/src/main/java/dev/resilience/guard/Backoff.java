package dev.resilience.guard;

import java.util.function.DoubleSupplier;

import dev.resilience.policy.OperationPolicy;

/**
 * Exponential back-off with full jitter.
 */
final class Backoff {

	private final OperationPolicy.Backoff policy;

	private final DoubleSupplier random;

	Backoff(OperationPolicy.Backoff policy, DoubleSupplier random) {
		this.policy = policy;
		this.random = random;
	}

	/**
	 * The wait before the next attempt.
	 * @param failedAttempts how many attempts have failed, from 1
	 * @return the wait in nanoseconds
	 */
	long nanos(int failedAttempts) {
		double longest = Math.min(this.policy.max().toNanos(),
				this.policy.initial().toNanos() * Math.pow(this.policy.multiplier(), failedAttempts - 1));
		double jitter = this.policy.jitter();
		return (long) (longest * (1 - jitter) + longest * jitter * this.random.getAsDouble());
	}

}
