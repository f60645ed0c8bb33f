package dev.resilience.guard;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One logical call, from its start until its outcome is known.
 */
class Call implements EnclosingCall, CallEvent {

	private static final AtomicReferenceFieldUpdater<Call, @Nullable Requests> REQUESTS = AtomicReferenceFieldUpdater
		.newUpdater(Call.class, Requests.class, "requests");

	private static final AtomicReferenceFieldUpdater<Call, @Nullable String> KEY = AtomicReferenceFieldUpdater
		.newUpdater(Call.class, String.class, "idempotencyKey");

	private static final Outcome[] OUTCOMES = Outcome.values();

	final Operation operation;

	final Work work;

	final long startNanos;

	final long deadlineNanos;

	final @Nullable DependencyCall outer;

	/** How its last attempt failed; {@code null} before, and after a success. */
	@Nullable Failure failure;

	/** When the present attempt began. */
	long attemptNanos;

	/** The breaker's permission for the present attempt. */
	int permission = Breaker.NOT_ASKED;

	/** Interrupts the present attempt, if it runs on its caller's thread. */
	@Nullable Alarm alarm;

	/** What the present attempt has sent; {@code null} before its first request. */
	private volatile @Nullable Requests requests;

	private short attempt;

	private boolean slow;

	// a byte, because with a reference the object would be larger than 80 bytes
	private byte outcome = (byte) Outcome.FAILURE.ordinal();

	private long endNanos;

	private volatile @Nullable String idempotencyKey;

	Call(Operation operation, Work work, long startNanos, long deadlineNanos, @Nullable DependencyCall outer) {
		this.operation = operation;
		this.work = work;
		this.startNanos = startNanos;
		this.attemptNanos = startNanos;
		this.deadlineNanos = deadlineNanos;
		this.outer = outer;
	}

	void nextAttempt() {
		this.permission = Breaker.NOT_ASKED;
		if (this.attempt++ > 0) {
			this.attemptNanos = guard().now();
			Requests requests = this.requests;
			this.requests = (requests != null) ? requests.next() : null;
		}
	}

	Guard guard() {
		return this.operation.guard();
	}

	/** The breaker's permission, which can be reported once. */
	int takePermission() {
		int permission = this.permission;
		this.permission = Breaker.NOT_ASKED;
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

	/**
	 * The last attempt has failed, or was not made.
	 * @return the failure of the call
	 */
	Failure failed(Failure ofAttempt, long nowNanos) {
		Failure failure = ofAttempt.of(this.work);
		this.failure = failure;
		this.slow = false;
		this.endNanos = nowNanos;
		return failure;
	}

	/** The outcome is known, and the listeners are told. */
	void ended(Outcome outcome) {
		this.outcome = (byte) outcome.ordinal();
		tell(this);
	}

	/** Its caller has given it up, and the listeners are told. */
	void cancelled(long nowNanos) {
		tell(new CancelledCall(this, nowNanos));
	}

	void tell(CallEvent event) {
		guard().listeners().onCall(event);
	}

	/**
	 * The present attempt begins on this thread, which traces it until the scope ends.
	 */
	Tracing.Scope traceAttempt() {
		return Tracing.Scope.NONE;
	}

	/** What is traced of it, {@code null} if nothing is. */
	@Nullable Object traced() {
		return null;
	}

	@Override
	public Call call() {
		return this;
	}

	@Override
	public long attemptDeadlineNanos() {
		long limit = this.operation.attemptTimeoutNanos();
		return (limit > 0 && this.attemptNanos + limit - this.deadlineNanos < 0) ? this.attemptNanos + limit
				: this.deadlineNanos;
	}

	/**
	 * Whether the caller of the request gave up before the partner could be called slow.
	 * That is no failure of the partner: else impatient callers could have it switched
	 * off for everybody.
	 */
	boolean isCutShort(long nowNanos) {
		boolean shortened = this.deadlineNanos - this.startNanos < this.operation.timeoutNanos();
		boolean byRequest = !(this.outer instanceof EnclosingCall enclosing) || enclosing.call().isCutShort(nowNanos);
		return shortened && byRequest && !this.operation.isSlow(nowNanos - this.attemptNanos);
	}

	boolean isLastAttempt() {
		return this.attempt >= this.operation.policy().maxAttempts();
	}

	/**
	 * The present attempt, for work that may outlive it.
	 */
	DependencyCall presentAttempt() {
		return isLastAttempt() ? this : new Attempt(this, this.attempt, attemptDeadlineNanos());
	}

	/** How many requests have left within the present attempt. */
	int sent() {
		Requests requests = this.requests;
		return (requests != null) ? requests.sent() : 0;
	}

	/** Whether the partner recognises all requests of the present attempt. */
	boolean isKeyed() {
		Requests requests = this.requests;
		return this.operation.policy().idempotencyKey() && requests != null && requests.isRecognisable();
	}

	private Requests requests() {
		return REQUESTS.updateAndGet(this, (present) -> (present != null) ? present : new Requests(0));
	}

	/** Its next attempt leaves out the items that have succeeded. */
	void narrowed() {
		requests().narrowed();
	}

	/** Use a key that is known from the start. */
	void useKey(String key) {
		this.idempotencyKey = key;
	}

	/** The key of the next call of an operation within the present attempt. */
	String keyWithin(String operation) {
		return key() + requests().nextCall(operation);
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
		return OUTCOMES[this.outcome];
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
		if (this.operation.policy().idempotencyKey()) {
			requests().keyTaken();
		}
		return key();
	}

	private String key() {
		String key = this.idempotencyKey;
		return (key != null) ? key : KEY.updateAndGet(this, (present) -> (present != null) ? present : createKey());
	}

	// the next attempt of a surrounding call makes this call anew
	private String createKey() {
		return (this.outer instanceof EnclosingCall enclosing) ? enclosing.call().keyWithin(operation())
				: UUID.randomUUID().toString();
	}

	@Override
	public Deadline deadline() {
		return new Deadline(this.deadlineNanos, guard().clock());
	}

	@Override
	public Deadline attemptDeadline() {
		return new Deadline(attemptDeadlineNanos(), guard().clock());
	}

	@Override
	public Optional<Duration> lastGoodAge() {
		return Optional.ofNullable(this.work.lastGoodAge());
	}

	@Override
	public @Nullable String requestStarted() {
		return requestStarted(attemptDeadlineNanos());
	}

	@Nullable String requestStarted(long attemptDeadlineNanos) {
		if (attemptDeadlineNanos - guard().now() <= 0) {
			throw new DependencyTimeoutException(name(), operation(),
					Duration.ofNanos(attemptDeadlineNanos - this.startNanos), null);
		}
		boolean withKey = this.operation.policy().idempotencyKey();
		String key = withKey ? key() + requests().nextRequest() : null;
		started(withKey);
		return key;
	}

	/** A request has left, or will leave whatever becomes of this call. */
	void started(boolean withKey) {
		requests().started(withKey);
		if (this.outer instanceof EnclosingCall enclosing) {
			enclosing.call().started(withKey);
		}
	}

	@Override
	public void requestNotSent() {
		notSent(this.operation.policy().idempotencyKey());
	}

	private void notSent(boolean withKey) {
		requests().notSent(withKey);
		if (this.outer instanceof EnclosingCall enclosing) {
			enclosing.call().notSent(withKey);
		}
	}

}
