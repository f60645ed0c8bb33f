package dev.resilience.guard;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import dev.resilience.failure.FailedResult;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of an asynchronous call: settled once, by its end, by its deadline, or by a
 * caller who gives up; its permit is held until it has really ended.
 */
final class AsyncAttempt {

	private final Call call;

	private final AsyncRun run;

	private final Lease lease;

	private final AsyncWork attempt;

	private final Settlement settlement = new Settlement();

	private volatile @Nullable Thread starter;

	AsyncAttempt(Call call, AsyncRun run, AsyncWork.Factory factory) {
		this.call = call;
		this.run = run;
		this.lease = new Lease(call.guard().bulkhead());
		this.attempt = factory.prepare(call, this::ended);
	}

	void start() {
		long left = this.call.attemptDeadlineNanos() - this.call.guard().now();
		this.settlement.timeout(this.run.scheduleStep(this::timedOut, left));
		if (this.settlement.isSettled()) {
			this.lease.end();
			return;
		}
		this.starter = Thread.currentThread();
		try {
			this.attempt.start();
		}
		catch (Throwable ex) {
			ended(null, ex);
		}
		finally {
			this.starter = null;
		}
	}

	private void ended(@Nullable Object value, @Nullable Throwable failure) {
		this.lease.end();
		Object result = null;
		Throwable thrown = failure;
		if (thrown == null) {
			try {
				// also when nobody waits any more
				result = this.call.operation.result(this.call.work, value);
			}
			catch (Throwable ex) {
				thrown = ex;
			}
		}
		if (this.settlement.settle()) {
			tell(result, thrown);
		}
		else if (thrown instanceof FailedResult late) {
			late.discard();
		}
	}

	private void tell(@Nullable Object result, @Nullable Throwable thrown) {
		try {
			if (thrown == null) {
				this.run.succeeded(result);
			}
			else {
				fail(unwrap(thrown));
			}
		}
		catch (Throwable ex) {
			this.run.broken(ex);
		}
	}

	// what follows a failure needs the caller's context, and may block
	private void fail(Throwable failure) {
		if (Thread.currentThread() == this.starter) {
			this.run.failed(failure);
		}
		else {
			this.run.resume(() -> this.run.failed(failure));
		}
	}

	static Throwable unwrap(Throwable failure) {
		boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
		return (wrapped && failure.getCause() != null) ? failure.getCause() : failure;
	}

	private void timedOut() {
		if (this.settlement.settle()) {
			this.lease.abandon();
			this.attempt.cancel();
			this.run.timedOut();
		}
	}

	/**
	 * The caller gives up.
	 * @return {@code false} if it was settled before
	 */
	boolean cancel() {
		if (!this.settlement.settle()) {
			return false;
		}
		this.lease.abandon();
		this.attempt.cancel();
		return true;
	}

}
