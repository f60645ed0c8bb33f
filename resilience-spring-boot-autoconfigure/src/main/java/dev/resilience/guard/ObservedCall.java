package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A call of a dependency that is only observed. It is made whatever is decided here: how
 * it would have ended is recorded. Whether a further attempt would have succeeded cannot
 * be known.
 */
final class ObservedCall {

	private final Call call;

	private final Guard guard;

	private final Patience patience;

	private final Settlement settlement = new Settlement();

	// null if it would have been refused
	private final @Nullable Lease lease;

	/**
	 * Observe a call that has begun.
	 */
	ObservedCall(Call call) {
		this.call = call;
		this.guard = call.guard();
		this.call.nextAttempt();
		this.patience = new Patience(this.guard.clock(), this.call.attemptDeadlineNanos() - this.call.attemptNanos);
		Refusal refusal = admit();
		this.lease = (refusal == null) ? new Lease(this.guard.bulkhead()) : null;
		if (refusal == null) {
			awaitTimeout(this.patience.leftNanos());
		}
		else {
			refused(Failure.refused(this.guard, refusal));
		}
	}

	// it would have ended here, whatever becomes of it now
	private void refused(Failure failure) {
		this.settlement.settle();
		conclude(this.call.failed(failure, this.guard.now()));
	}

	boolean isRefused() {
		return this.lease == null;
	}

	Tracing.Scope traceAttempt() {
		return isRefused() ? Tracing.Scope.NONE : this.call.traceAttempt();
	}

	// nobody waits: a token that would have come in time is one
	private @Nullable Refusal admit() {
		Refusal refusal = this.guard.admission().admit(this.call);
		if (refusal != null) {
			return refusal;
		}
		if (!this.guard.bulkhead().tryAcquire()) {
			return Refusal.BULKHEAD_FULL;
		}
		CompletableFuture<Boolean> token = this.guard.admission().acquireToken(this.call);
		return this.guard.admission().admitWithinBulkhead(this.call, !token.isDone() || token.join());
	}

	private void awaitTimeout(long nanos) {
		try {
			this.settlement
				.timeout(this.guard.environment().timer().schedule(this::overdue, nanos, TimeUnit.NANOSECONDS));
		}
		catch (RejectedExecutionException ex) {
			// shutting down
		}
	}

	private void overdue() {
		long left = this.patience.leftNanos();
		if (left > 0) {
			awaitTimeout(left);
		}
		else if (this.settlement.settle()) {
			if (this.lease != null) {
				this.lease.abandon();
			}
			failed(Attempts.timedOut(this.call, this.guard.now()));
		}
	}

	/** A stream has been subscribed. */
	void subscribed() {
		this.patience.served();
	}

	/** The subscriber of a stream asks for elements. */
	void asked(long elements) {
		this.patience.asked(elements);
	}

	/** An element of a stream has come: its time starts anew. */
	void signalled() {
		this.patience.served();
		if (!this.settlement.isSettled()) {
			this.guard.admission().streamBegan(this.call);
		}
	}

	/** The call has handed over its value. */
	void returned(@Nullable Object value) {
		try {
			this.call.operation.result(this.call.work, value);
			ended(null);
		}
		catch (Throwable ex) {
			ended(ex);
		}
	}

	/**
	 * The call has ended.
	 * @param thrown its failure, {@code null} if it has none
	 */
	void ended(@Nullable Throwable thrown) {
		release();
		if (!this.settlement.settle()) {
			return;
		}
		long now = this.guard.now();
		if (thrown != null) {
			failed(Attempts.failed(this.call, thrown, false, now));
		}
		else {
			Attempts.succeeded(this.call, false, now);
			conclude(null);
		}
	}

	private void failed(Failure failure) {
		Attempts.retryDelay(this.call, failure, this.call.endNanos());
		conclude(failure);
	}

	/** Its caller has given it up. */
	void cancelled() {
		release();
		if (this.settlement.settle()) {
			this.guard.admission().attemptCancelled(this.call, this.guard.now());
			Conclusion.cancelled(this.call);
		}
	}

	private void release() {
		if (this.lease != null) {
			this.lease.end();
		}
	}

	private void conclude(@Nullable Failure failure) {
		if (failure == null || failure.isAnswer()) {
			Conclusion.success(this.call);
		}
		else if (wouldBeServed(failure)) {
			Conclusion.publish(this.call, Outcome.FALLBACK);
		}
		else {
			Conclusion.publish(this.call, Conclusion.unserved(failure));
		}
	}

	private boolean wouldBeServed(Failure failure) {
		return Conclusion.mayBeServed(this.call, failure)
				&& this.call.operation.wayOuts().stream().anyMatch((wayOut) -> wayOut.mayServe(this.call.work));
	}

}
