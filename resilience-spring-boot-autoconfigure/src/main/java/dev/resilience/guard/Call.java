package dev.resilience.guard;

import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import org.jspecify.annotations.Nullable;

/**
 * One logical call, from its start until its outcome is known.
 */
final class Call implements DependencyCall {

	private static final AtomicIntegerFieldUpdater<Call> REQUESTS = AtomicIntegerFieldUpdater.newUpdater(Call.class,
			"requests");

	private static final AtomicReferenceFieldUpdater<Call, @Nullable String> KEY = AtomicReferenceFieldUpdater
		.newUpdater(Call.class, String.class, "idempotencyKey");

	final Operation operation;

	final Guard guard;

	final long startNanos;

	final long deadlineNanos;

	final @Nullable DependencyCall outer;

	int attempt;

	/** When the present attempt began. */
	long attemptNanos;

	/** The breaker's permission for the present attempt. */
	long permission = Breaker.NOT_ASKED;

	/** Interrupts the present attempt, if it runs on its caller's thread. */
	@Nullable Alarm alarm;

	private volatile int requests;

	private volatile @Nullable String idempotencyKey;

	Call(Operation operation, long startNanos, long deadlineNanos, @Nullable DependencyCall outer) {
		this.operation = operation;
		this.guard = operation.guard();
		this.startNanos = startNanos;
		this.attemptNanos = startNanos;
		this.deadlineNanos = deadlineNanos;
		this.outer = outer;
	}

	void nextAttempt() {
		this.permission = Breaker.NOT_ASKED;
		if (this.attempt++ > 0) {
			this.attemptNanos = this.guard.now();
			this.requests = 0;
		}
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
		return this.guard.policy().name();
	}

	@Override
	public String operation() {
		return this.operation.policy().operation();
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
		return new Deadline(this.deadlineNanos, this.guard.clock());
	}

	@Override
	public void requestStarted() {
		REQUESTS.incrementAndGet(this);
	}

	@Override
	public void requestNotSent() {
		REQUESTS.decrementAndGet(this);
	}

}
