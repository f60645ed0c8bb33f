package dev.resilience.guard;

import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One logical call, from its start until its outcome is known.
 */
final class Call implements DependencyCall, CallEvent {

	private static final AtomicIntegerFieldUpdater<Call> REQUESTS = AtomicIntegerFieldUpdater.newUpdater(Call.class,
			"requests");

	private static final AtomicReferenceFieldUpdater<Call, @Nullable String> KEY = AtomicReferenceFieldUpdater
		.newUpdater(Call.class, String.class, "idempotencyKey");

	final Operation operation;

	final long startNanos;

	final long deadlineNanos;

	final @Nullable DependencyCall outer;

	/** How its last attempt failed; {@code null} before, and after a success. */
	@Nullable Failure failure;

	/** When the present attempt began. */
	long attemptNanos;

	/** The breaker's permission for the present attempt. */
	int permission = (int) Breaker.NOT_ASKED;

	/** Interrupts the present attempt, if it runs on its caller's thread. */
	@Nullable Alarm alarm;

	private volatile int requests;

	private short attempt;

	private boolean slow;

	private Outcome outcome = Outcome.FAILURE;

	private long endNanos;

	private volatile @Nullable String idempotencyKey;

	Call(Operation operation, long startNanos, long deadlineNanos, @Nullable DependencyCall outer) {
		this.operation = operation;
		this.startNanos = startNanos;
		this.attemptNanos = startNanos;
		this.deadlineNanos = deadlineNanos;
		this.outer = outer;
	}

	void nextAttempt() {
		this.permission = (int) Breaker.NOT_ASKED;
		if (this.attempt++ > 0) {
			this.attemptNanos = guard().now();
			this.requests = 0;
		}
	}

	Guard guard() {
		return this.operation.guard();
	}

	/** The breaker's permission, which can be reported once. */
	long takePermission() {
		long permission = this.permission;
		this.permission = (int) Breaker.NOT_ASKED;
		return permission;
	}

	/** It had to wait for its place: that is not the partner's time. */
	void waited() {
		this.attemptNanos = guard().now();
	}

	/** The last attempt has succeeded. */
	void succeeded(boolean slow, long nowNanos) {
		this.failure = null;
		this.slow = slow;
		this.endNanos = nowNanos;
	}

	/** The last attempt has failed, or was not made. */
	void failed(Failure failure, long nowNanos) {
		this.failure = failure;
		this.slow = false;
		this.endNanos = nowNanos;
	}

	/** The outcome is known. */
	void ended(Outcome outcome) {
		this.outcome = outcome;
	}

	/** The moment by which the present attempt has to be over. */
	long attemptDeadlineNanos() {
		long limit = this.operation.attemptTimeoutNanos();
		return (limit > 0 && this.attemptNanos + limit - this.deadlineNanos < 0) ? this.attemptNanos + limit
				: this.deadlineNanos;
	}

	boolean isLastAttempt() {
		return this.attempt >= this.operation.policy().maxAttempts();
	}

	int requests() {
		return this.requests;
	}

	@Override
	public String name() {
		return guard().policy().name();
	}

	@Override
	public String operation() {
		return this.operation.policy().operation();
	}

	@Override
	public String dependency() {
		return name();
	}

	@Override
	public DependencyType type() {
		return this.operation.policy().type();
	}

	@Override
	public Outcome outcome() {
		return this.outcome;
	}

	@Override
	public FailureKind failure() {
		Failure failure = this.failure;
		if (failure != null) {
			return failure.kind();
		}
		return this.slow ? FailureKind.SLOW_RESPONSE : FailureKind.NONE;
	}

	@Override
	public boolean unauthorized() {
		Failure failure = this.failure;
		return failure != null && failure.classification().unauthorized();
	}

	@Override
	public long endNanos() {
		return this.endNanos;
	}

	@Override
	public long durationNanos() {
		return this.endNanos - this.startNanos;
	}

	@Override
	public int attempt() {
		return this.attempt;
	}

	@Override
	public String idempotencyKey() {
		String key = this.idempotencyKey;
		if (key == null) {
			KEY.compareAndSet(this, null, UUID.randomUUID().toString());
			key = Objects.requireNonNull(this.idempotencyKey);
		}
		return key;
	}

	@Override
	public Deadline deadline() {
		return new Deadline(this.deadlineNanos, guard().clock());
	}

	@Override
	public void requestStarted() {
		REQUESTS.incrementAndGet(this);
		if (this.outer != null) {
			this.outer.requestStarted();
		}
	}

	@Override
	public void requestNotSent() {
		REQUESTS.decrementAndGet(this);
		if (this.outer != null) {
			this.outer.requestNotSent();
		}
	}

}
