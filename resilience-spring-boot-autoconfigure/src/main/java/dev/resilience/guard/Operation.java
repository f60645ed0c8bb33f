package dev.resilience.guard;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.policy.Mode;
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

	private final @Nullable ResultCheck check;

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
	 * @param check finds failures among its results, {@code null} if there can be none
	 */
	public Operation(OperationPolicy policy, Guard guard, Form form, List<WayOut> wayOuts,
			@Nullable ResultCheck check) {
		this(policy, guard, form, wayOuts, check, null);
	}

	/**
	 * Create an operation whose calls are stored before they are attempted.
	 * @param policy what was decided for it
	 * @param guard the mechanisms of its dependency
	 * @param store stores its calls
	 */
	public Operation(OperationPolicy policy, Guard guard, CallStore store) {
		this(policy, guard, Form.DURABLE, List.of(), null, store);
	}

	private Operation(OperationPolicy policy, Guard guard, Form form, List<WayOut> wayOuts, @Nullable ResultCheck check,
			@Nullable CallStore store) {
		this.policy = policy;
		this.guard = guard;
		this.form = form;
		this.wayOuts = List.copyOf(wayOuts);
		this.check = check;
		this.backoff = new Backoff(policy.backoff(), () -> ThreadLocalRandom.current().nextDouble());
		this.retryBudget = guard.retryBudget(policy.type());
		this.timeoutNanos = policy.timeout().toNanos();
		this.attemptTimeoutNanos = (policy.attemptTimeout() != null) ? policy.attemptTimeout().toNanos() : 0;
		this.slowNanos = policy.slowCall().toNanos();
		this.execution = (store != null) ? new DurableExecution(store)
				: (policy.mode() == Mode.OBSERVE) ? observing(form) : enforcing(form);
	}

	private static Execution observing(Form form) {
		return (form == Form.MONO || form == Form.FLUX) ? new ObservingReactiveExecution() : new ObservingExecution();
	}

	private Execution enforcing(Form form) {
		return switch (form) {
			case BLOCKING, DURABLE -> new BlockingExecution();
			case BACKGROUND ->
				new BackgroundExecution(this.guard.backlog(this.policy.operation()), this.policy.queue());
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

	/**
	 * Deliver a call that was stored, on this thread.
	 * @param work the method with its arguments
	 * @param again whether it will be tried again after a failure
	 * @return how it failed, {@code null} if the partner has it
	 */
	public @Nullable Failure deliver(Work work, Predicate<Failure> again) {
		return Delivery.deliver(this, work, again);
	}

	Call begin(Work work) {
		DependencyCall outer = DependencyCallHolder.get();
		Environment environment = this.guard.environment();
		Tracing tracing = environment.tracing();
		return begin(work, outer, environment.requestDeadline().current(), key(work, outer),
				(tracing != null) ? tracing.current() : null);
	}

	/**
	 * Begin a call.
	 * @param work what it does
	 * @param outer the call within which it is made
	 * @param request when the caller of the request gives up in which it is made
	 * @param key its idempotency key, {@code null} to make one when it is asked for
	 * @param traced within which it is traced, if calls are
	 */
	Call begin(Work work, @Nullable DependencyCall outer, @Nullable Deadline request, @Nullable String key,
			@Nullable Object traced) {
		long now = this.guard.now();
		long deadline = now + this.timeoutNanos;
		if (outer instanceof EnclosingCall enclosing) {
			// nobody waits for it when the attempt that made it is over
			deadline = earlier(deadline, enclosing.attemptDeadlineNanos());
		}
		if (request != null) {
			deadline = earlier(deadline, now + request.remaining().toNanos());
		}
		Tracing tracing = this.guard.environment().tracing();
		Call call = (tracing == null) ? new Call(this, work, now, deadline, outer)
				: new TracedCall(this, work, now, deadline, outer,
						tracing.start(this.policy.dependency(), this.policy.operation(), this.policy.type(), traced));
		if (key != null) {
			call.useKey(key);
		}
		return call;
	}

	private static long earlier(long nanos, long others) {
		return (others - nanos < 0) ? others : nanos;
	}

	/**
	 * The idempotency key of a call, as far as it is known from the start: the caller's
	 * own, or one that the next attempt of the surrounding call finds again. That one
	 * follows from the order of the calls, and not from what each of them happens to
	 * send.
	 */
	@Nullable String key(Work work, @Nullable DependencyCall outer) {
		String key = work.idempotencyKey();
		if (key == null && this.policy.idempotencyKey() && outer instanceof EnclosingCall enclosing) {
			return enclosing.call().keyWithin(this.policy.operation());
		}
		return key;
	}

	/**
	 * Judge what an attempt has handed over.
	 * @return the result of the call
	 * @throws Throwable the failure that it is
	 */
	@Nullable Object result(Work work, @Nullable Object value) throws Throwable {
		if (this.check != null) {
			this.check.check(work, value);
		}
		return work.succeeded(value);
	}

	long timeoutNanos() {
		return this.timeoutNanos;
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

	/**
	 * The mechanisms of its dependency.
	 * @return the guard
	 */
	public Guard guard() {
		return this.guard;
	}

	/**
	 * What was decided for it.
	 * @return the policy
	 */
	public OperationPolicy policy() {
		return this.policy;
	}

}
