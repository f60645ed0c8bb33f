package dev.resilience.guard;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;

/**
 * One guarded operation of a dependency: what was decided for it, and its ways out.
 */
public final class Operation {

	private final OperationPolicy policy;

	private final Guard guard;

	private final Form form;

	private final List<WayOut> wayOuts;

	private final Backoff backoff;

	private final RetryBudget retryBudget;

	private final Execution execution;

	private final long timeoutNanos;

	private final long attemptTimeoutNanos;

	private final long slowNanos;

	/**
	 * Create an operation.
	 * @param policy what was decided for it
	 * @param guard the mechanisms of its dependency
	 * @param form how it hands over its result
	 * @param wayOuts what serves its callers when it fails, in this order
	 */
	public Operation(OperationPolicy policy, Guard guard, Form form, List<WayOut> wayOuts) {
		this.policy = policy;
		this.guard = guard;
		this.form = form;
		this.wayOuts = List.copyOf(wayOuts);
		this.backoff = new Backoff(policy.backoff(), () -> ThreadLocalRandom.current().nextDouble());
		this.retryBudget = guard.retryBudget(policy.type());
		this.timeoutNanos = policy.timeout().toNanos();
		this.attemptTimeoutNanos = (policy.attemptTimeout() != null) ? policy.attemptTimeout().toNanos() : 0;
		this.slowNanos = policy.slowCall().toNanos();
		this.execution = switch (form) {
			case BLOCKING -> new BlockingExecution();
			case BACKGROUND -> new BackgroundExecution(policy.queue());
			case STAGE -> new StageExecution();
			case MONO, FLUX -> new ReactiveExecution();
		};
	}

	/**
	 * Call the operation.
	 * @param work the method with its arguments
	 * @return its result or a way out: a value, a stage or a publisher according to its
	 * form
	 * @throws Throwable the method's own exception, or a
	 * {@link dev.resilience.DependencyException}
	 */
	public @Nullable Object call(Work work) throws Throwable {
		return this.execution.execute(this, work);
	}

	Call begin() {
		return begin(DependencyCallHolder.get());
	}

	Call begin(@Nullable DependencyCall outer) {
		long now = this.guard.now();
		long deadline = now + this.timeoutNanos;
		for (DependencyCall each = outer; each instanceof Call call; each = call.outer) {
			// nobody waits for it when the attempt that made it is over
			if (call.attemptDeadlineNanos() - deadline < 0) {
				deadline = call.attemptDeadlineNanos();
			}
		}
		return new Call(this, now, deadline, outer);
	}

	boolean isSlow(long durationNanos) {
		return durationNanos > this.slowNanos;
	}

	long attemptTimeoutNanos() {
		return this.attemptTimeoutNanos;
	}

	Backoff backoff() {
		return this.backoff;
	}

	RetryBudget retryBudget() {
		return this.retryBudget;
	}

	List<WayOut> wayOuts() {
		return this.wayOuts;
	}

	Form form() {
		return this.form;
	}

	Guard guard() {
		return this.guard;
	}

	/**
	 * What was decided for it.
	 * @return the policy
	 */
	public OperationPolicy policy() {
		return this.policy;
	}

	/**
	 * Calls of a fire-and-forget operation that wait or run.
	 * @return their number; 0 for other operations
	 */
	public int pending() {
		return (this.execution instanceof BackgroundExecution background) ? background.pending() : 0;
	}

}
