package dev.resilience.guard;

import java.util.function.DoubleSupplier;

import dev.resilience.policy.OperationPolicy;

/**
 * The wait between two attempts: grows as its strategy says, up to a maximum, and is
 * random as far as its jitter says.
 */
public final class Backoff {

	private final OperationPolicy.Backoff policy;

	private final DoubleSupplier random;

	/**
	 * Create a back-off.
	 * @param policy how it grows
	 * @param random from 0 to 1
	 */
	public Backoff(OperationPolicy.Backoff policy, DoubleSupplier random) {
		this.policy = policy;
		this.random = random;
	}

	/**
	 * The wait before the next attempt.
	 * @param failedAttempts how many attempts have failed, from 1
	 * @return the wait in nanoseconds
	 */
	public long nanos(int failedAttempts) {
		double longest = Math.min(this.policy.max().toNanos(),
				this.policy.initial().toNanos() * growth(failedAttempts));
		double jitter = this.policy.jitter();
		return (long) (longest * (1 - jitter) + longest * jitter * this.random.getAsDouble());
	}

	// too much for a number is infinity, and infinity times nothing is no number, which
	// as a whole number is nothing again
	private double growth(int failedAttempts) {
		return switch (this.policy.strategy()) {
			case EXPONENTIAL -> Math.pow(this.policy.multiplier(), failedAttempts - 1);
			case LINEAR -> failedAttempts;
			case FIXED -> 1;
		};
	}

}
