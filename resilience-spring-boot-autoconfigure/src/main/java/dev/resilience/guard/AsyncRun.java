package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import dev.resilience.signal.DegradedResponse;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call from its first attempt to its outcome. No thread ever waits: the
 * timer wakes it, and a worker goes on with it.
 */
final class AsyncRun {

	private final Call call;

	private final Guard guard;

	private final Environment environment;

	private final AsyncWork.Factory factory;

	private final CallerContext context;

	private final @Nullable DegradedResponse response;

	private final CompletableFuture<@Nullable Object> result = new CompletableFuture<>();

	private final AtomicBoolean concluded = new AtomicBoolean();

	private volatile @Nullable AsyncAttempt attempt;

	AsyncRun(Call call, AsyncWork.Factory factory, CallerContext context, @Nullable DegradedResponse response) {
		this.call = call;
		this.guard = call.guard();
		this.environment = call.guard().environment();
		this.factory = factory;
		this.context = context;
		this.response = response;
		// its caller may also complete it, by a timeout of his own for example
		this.result.whenComplete((value, ex) -> giveUp());
	}

	CompletableFuture<@Nullable Object> result() {
		return this.result;
	}

	/** Make the next attempt. */
	void attempt() {
		if (this.result.isDone()) {
			return;
		}
		this.call.nextAttempt();
		Refusal refusal = this.guard.admission().admit(this.call);
		if (refusal != null) {
			refused(refusal);
		}
		else if (this.guard.bulkhead().tryAcquire()) {
			attemptWithinBulkhead();
		}
		else {
			awaitBulkhead();
		}
	}

	/**
	 * Make the first attempt with a permit that is held already, on this thread but in
	 * the context of the caller.
	 */
	void start() {
		this.context.run(this::attemptWithPermit, this::failedToStart);
	}

	/** The first attempt cannot be made. */
	void failedToStart(Throwable thrown) {
		this.guard.bulkhead().release();
		failedToAttempt(thrown);
	}

	private void attemptWithPermit() {
		this.call.nextAttempt();
		Refusal refusal = this.guard.admission().admit(this.call);
		if (refusal != null) {
			this.guard.bulkhead().release();
			refused(refusal);
		}
		else {
			attemptWithinBulkhead();
		}
	}

	private void awaitBulkhead() {
		long wait = Math.min(this.guard.policy().bulkhead().maxWait().toNanos(),
				this.call.deadlineNanos - this.call.attemptNanos);
		if (wait <= 0) {
			refused(Refusal.BULKHEAD_FULL);
			return;
		}
		Bulkhead.Waiter waiter = this.guard.bulkhead().await(() -> resume(() -> {
			this.call.waited();
			attemptWithinBulkhead();
		}, (ex) -> {
			this.guard.admission().leave(false);
			failed(ex);
		}));
		scheduleStep(() -> {
			if (waiter.cancel()) {
				refused(Refusal.BULKHEAD_FULL);
			}
		}, wait);
	}

	private void attemptWithinBulkhead() {
		if (this.result.isDone()) {
			this.guard.admission().leave(false);
			return;
		}
		CompletableFuture<Boolean> token = this.guard.admission().acquireToken(this.call);
		if (token.isDone()) {
			attemptWithToken(token.join());
			return;
		}
		token.whenComplete((granted, cancelled) -> {
			if (cancelled != null) {
				this.guard.admission().leave(false);
			}
			else {
				resume(() -> {
					this.call.waited();
					attemptWithToken(granted);
				}, (ex) -> {
					this.guard.admission().leave(granted);
					failed(ex);
				});
			}
		});
		this.result.whenComplete((value, ex) -> token.cancel(false));
	}

	private void attemptWithToken(boolean token) {
		if (this.result.isDone()) {
			this.guard.admission().leave(token);
			return;
		}
		Refusal refusal = this.guard.admission().admitWithinBulkhead(this.call, token);
		if (refusal != null) {
			refused(refusal);
			return;
		}
		AsyncAttempt attempt = new AsyncAttempt(this.call, this, this.factory);
		this.attempt = attempt;
		if (this.result.isDone()) {
			giveUp();
		}
		attempt.start();
	}

	void succeeded(@Nullable Object value) {
		long now = this.guard.now();
		Attempts.succeeded(this.call, false, now);
		if (this.concluded.compareAndSet(false, true)) {
			Conclusion.success(this.call);
		}
		this.result.complete(value);
	}

	void failed(Throwable thrown) {
		long now = this.guard.now();
		next(Attempts.failed(this.call, thrown, false, now), now);
	}

	void timedOut() {
		long now = this.guard.now();
		next(Attempts.timedOut(this.call, now), now);
	}

	private void next(Failure failure, long nowNanos) {
		long delay = Attempts.retryDelay(this.call, failure, nowNanos);
		if (delay == Attempts.NO_RETRY) {
			conclude(failure);
		}
		else {
			schedule(() -> resume(this::attempt, this::failedToAttempt), delay);
		}
	}

	/** End it without a way out, which would keep the caller's thread. */
	void reject(Refusal refusal) {
		Failure failure = Failure.refused(this.guard, refusal);
		this.call.failed(failure, this.guard.now());
		if (this.concluded.compareAndSet(false, true)) {
			Conclusion.rejected(this.call);
			this.result.completeExceptionally(failure.exception());
		}
	}

	void refused(Refusal refusal) {
		Failure failure = this.call.failure;
		if (failure == null) {
			failure = Failure.refused(this.guard, refusal);
			this.call.failed(failure, this.guard.now());
		}
		conclude(failure);
	}

	private void conclude(Failure failure) {
		if (!this.concluded.compareAndSet(false, true)) {
			return;
		}
		new AsyncRescue(new Rescue(this.call, failure, this.response), this.result, this.environment.workers()).serve();
	}

	// nothing is left to give up if it has ended
	private void giveUp() {
		AsyncAttempt attempt = this.attempt;
		if (attempt != null && attempt.cancel()) {
			this.guard.admission().attemptCancelled(this.call, this.guard.now());
		}
		if (this.concluded.compareAndSet(false, true)) {
			Conclusion.cancelled(this.call);
		}
	}

	/** The guard itself has failed: its caller must not wait for ever. */
	void broken(Throwable thrown) {
		this.result.completeExceptionally(thrown);
	}

	// not even the context of the caller could be carried over
	private void failedToAttempt(Throwable thrown) {
		this.call.nextAttempt();
		failed(thrown);
	}

	/** Go on later, on a worker. */
	@Nullable Future<?> scheduleStep(Runnable next, long nanos) {
		return schedule(() -> resume(next), nanos);
	}

	private @Nullable Future<?> schedule(Runnable resumed, long nanos) {
		try {
			return this.environment.timer().schedule(resumed, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			resumed.run();
			return null;
		}
	}

	/**
	 * Go on on a worker in the context of the caller; without either rather than never.
	 */
	void resume(Runnable next) {
		resume(next, (ex) -> next.run());
	}

	private void resume(Runnable next, Consumer<Throwable> failed) {
		try {
			this.environment.workers().execute(() -> {
				try {
					this.context.run(next, failed);
				}
				catch (Throwable ex) {
					broken(ex);
				}
			});
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			// shutting down, or there is no thread
			next.run();
		}
	}

}
