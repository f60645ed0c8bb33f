package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.resilience.DependencyCallHolder;
import dev.resilience.policy.Isolation;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller waits for its result.
 */
final class BlockingExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		Call call = operation.begin(work);
		Object value;
		DependencyCallHolder.set(call);
		try {
			value = attempts(call);
		}
		finally {
			DependencyCallHolder.set(call.outer);
		}
		Failure failure = call.failure;
		if (failure == null) {
			Conclusion.success(call);
			return value;
		}
		Rescue rescue = new Rescue(call, failure, call.guard().environment().response().get());
		return rescue.served(rescue.next());
	}

	static @Nullable Object attempts(Call call) {
		while (true) {
			call.nextAttempt();
			Failure refused = admit(call);
			if (refused != null) {
				// after a real failure that is what the caller should see
				if (call.failure == null || !refused.isRefusal()) {
					call.failed(refused, call.guard().now());
				}
				return null;
			}
			Object value = isOnCallersThread(call) ? CallerThread.attempt(call) : WorkerThread.attempt(call);
			Failure failure = call.failure;
			if (failure == null) {
				return value;
			}
			long delay = Attempts.retryDelay(call, failure, call.endNanos());
			if (delay == Attempts.NO_RETRY || !sleep(call, delay)) {
				return null;
			}
		}
	}

	private static @Nullable Failure admit(Call call) {
		Guard guard = call.guard();
		Refusal refusal = guard.admission().admit(call);
		if (refusal == null && !guard.bulkhead().tryAcquire()) {
			long wait = Math.min(guard.policy().bulkhead().maxWait().toNanos(), call.deadlineNanos - call.attemptNanos);
			try {
				if (wait <= 0 || !guard.bulkhead().tryAcquire(wait)) {
					refusal = Refusal.BULKHEAD_FULL;
				}
				else {
					call.waited();
				}
			}
			catch (InterruptedException ex) {
				return interruptedWhileWaiting(call, ex);
			}
		}
		if (refusal == null) {
			try {
				refusal = guard.admission().admitWithinBulkhead(call, awaitToken(call));
			}
			catch (InterruptedException ex) {
				return interruptedWhileWaiting(call, ex);
			}
		}
		return (refusal != null) ? Failure.refused(guard, refusal) : null;
	}

	private static boolean awaitToken(Call call) throws InterruptedException {
		CompletableFuture<Boolean> token = call.guard().admission().acquireToken(call);
		if (token.isDone()) {
			return token.join();
		}
		try {
			return token.get(call.deadlineNanos - call.attemptNanos, TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			return hasCome(token);
		}
		catch (InterruptedException ex) {
			call.guard().admission().leave(hasCome(token));
			throw ex;
		}
		finally {
			call.waited();
		}
	}

	// after this it will not come any more
	private static boolean hasCome(CompletableFuture<Boolean> token) {
		return !token.cancel(false) && token.join();
	}

	private static boolean isOnCallersThread(Call call) {
		Isolation isolation = call.operation.policy().isolation();
		return (isolation == Isolation.AUTO)
				? VirtualThreads.isCurrent() || call.guard().environment().transactions().isActive()
				: isolation == Isolation.CALLER;
	}

	private static boolean sleep(Call call, long nanos) {
		try {
			TimeUnit.NANOSECONDS.sleep(nanos);
			return true;
		}
		catch (InterruptedException ex) {
			call.failed(interruptedWhileWaiting(call, ex), call.guard().now());
			return false;
		}
	}

	// the interrupt may also be that of a surrounding call at its deadline
	static Failure interruptedWhileWaiting(Call call, InterruptedException ex) {
		Thread.currentThread().interrupt();
		return (call.deadlineNanos - call.guard().now() <= 0) ? Attempts.timedOut(call, ex)
				: Attempts.interrupted(call, ex);
	}

}
