package dev.resilience.guard;

import java.util.concurrent.TimeUnit;

import dev.resilience.DependencyCallHolder;
import dev.resilience.policy.Isolation;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller waits for its result.
 */
final class BlockingExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		Call call = operation.begin();
		Attempt last;
		DependencyCallHolder.set(call);
		try {
			last = attempts(call, work);
		}
		finally {
			DependencyCallHolder.set(call.outer);
		}
		Failure failure = last.failure();
		if (failure == null) {
			Conclusion.success(call, last.slow(), last.endNanos());
			return last.value();
		}
		return Conclusion.failure(call, work, failure, last.endNanos(), call.guard.environment().response().get());
	}

	private static Attempt attempts(Call call, Work work) {
		Failure failed = null;
		while (true) {
			call.nextAttempt();
			Failure refused = admit(call);
			if (refused != null) {
				// after a real failure that is what the caller should see
				return Attempt.failed((failed != null && refused.isRefusal()) ? failed : refused, call.guard.now());
			}
			Attempt attempt = isOnCallersThread(call) ? CallerThread.attempt(call, work)
					: WorkerThread.attempt(call, work);
			failed = attempt.failure();
			if (failed == null) {
				return attempt;
			}
			long delay = Attempts.retryDelay(call, failed, attempt.endNanos());
			if (delay == Attempts.NO_RETRY) {
				return attempt;
			}
			Failure interrupted = sleep(call, delay);
			if (interrupted != null) {
				return Attempt.failed(interrupted, call.guard.now());
			}
		}
	}

	private static @Nullable Failure admit(Call call) {
		Guard guard = call.guard;
		Refusal refusal = guard.admit(call);
		if (refusal == null && !guard.bulkhead().tryAcquire()) {
			long wait = Math.min(guard.policy().bulkhead().maxWait().toNanos(), call.deadlineNanos - call.attemptNanos);
			try {
				if (wait <= 0 || !guard.bulkhead().tryAcquire(wait)) {
					refusal = Refusal.BULKHEAD_FULL;
				}
			}
			catch (InterruptedException ex) {
				return interruptedWhileWaiting(call, ex);
			}
		}
		if (refusal == null) {
			refusal = guard.admitWithinBulkhead(call);
		}
		return (refusal != null) ? Failure.refused(guard, refusal) : null;
	}

	private static boolean isOnCallersThread(Call call) {
		Isolation isolation = call.operation.policy().isolation();
		return (isolation == Isolation.AUTO)
				? VirtualThreads.isCurrent() || call.guard.environment().transactions().isActive()
				: isolation == Isolation.CALLER;
	}

	private static @Nullable Failure sleep(Call call, long nanos) {
		try {
			TimeUnit.NANOSECONDS.sleep(nanos);
			return null;
		}
		catch (InterruptedException ex) {
			return interruptedWhileWaiting(call, ex);
		}
	}

	// the interrupt may also be that of a surrounding call at its deadline
	static Failure interruptedWhileWaiting(Call call, InterruptedException ex) {
		Thread.currentThread().interrupt();
		return (call.deadlineNanos - call.guard.now() <= 0) ? Attempts.timedOut(call, ex)
				: Attempts.interrupted(call, ex);
	}

}
