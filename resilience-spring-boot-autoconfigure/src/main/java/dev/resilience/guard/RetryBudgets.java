package dev.resilience.guard;

import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.DependencyType;
import dev.resilience.policy.DependencyPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The retry budget of a dependency: one for all its operations, or, as soon as it has
 * critical and other ones, a half for each, so that what is optional cannot spend the
 * tokens of what is critical.
 */
final class RetryBudgets {

	private final RetryBudget first;

	private final ReentrantLock split = new ReentrantLock();

	// guarded by the lock
	private @Nullable Boolean firstIsCritical;

	private volatile @Nullable RetryBudget second;

	RetryBudgets(DependencyPolicy.Budget policy, long startNanos) {
		this.first = new RetryBudget(policy, startNanos);
	}

	/**
	 * The budget of an operation. Operations may become known late: the other half is
	 * split off when the first one that needs it comes.
	 */
	RetryBudget of(DependencyType type, long nowNanos) {
		boolean critical = type == DependencyType.CRITICAL;
		this.split.lock();
		try {
			return half(critical, nowNanos);
		}
		finally {
			this.split.unlock();
		}
	}

	private RetryBudget half(boolean critical, long nowNanos) {
		if (this.firstIsCritical == null) {
			this.firstIsCritical = critical;
		}
		if (this.firstIsCritical == critical) {
			return this.first;
		}
		RetryBudget second = this.second;
		if (second == null) {
			second = this.first.split(nowNanos);
			this.second = second;
		}
		return second;
	}

	/** The policy has changed. What was deposited and spent stays. */
	void change(DependencyPolicy.Budget policy) {
		this.split.lock();
		try {
			RetryBudget second = this.second;
			double perSecond = (second != null) ? policy.minPerSecond() / 2 : policy.minPerSecond();
			this.first.change(policy.ratio().value(), perSecond);
			if (second != null) {
				second.change(policy.ratio().value(), perSecond);
			}
		}
		finally {
			this.split.unlock();
		}
	}

	/** The tokens of both halves. */
	double remaining(long nowNanos) {
		RetryBudget second = this.second;
		return this.first.remaining(nowNanos) + ((second != null) ? second.remaining(nowNanos) : 0);
	}

}
