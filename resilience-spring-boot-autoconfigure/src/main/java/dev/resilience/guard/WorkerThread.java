package dev.resilience.guard;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * An attempt on a worker: its caller leaves at the deadline, whatever the work does.
 */
final class WorkerThread {

	private WorkerThread() {
	}

	static @Nullable Object attempt(Call call) {
		Guard guard = call.guard();
		Environment environment = guard.environment();
		Lease lease = new Lease(guard.bulkhead());
		WorkerTask task;
		try {
			task = new WorkerTask(call, (last) -> {
				try {
					return call.operation.result(call.work, call.work.attempt(last));
				}
				finally {
					// before its caller knows the end and comes again
					lease.end();
				}
			}, call.isLastAttempt(), environment.context().capture(false), lease::end);
			environment.workers().execute(task);
		}
		catch (RejectedExecutionException ex) {
			lease.end();
			guard.admission().attemptCancelled(call, guard.now());
			call.failed(Failure.refused(guard, Refusal.SHUTTING_DOWN), guard.now());
			return null;
		}
		catch (Throwable ex) {
			// no thread, or no context
			lease.end();
			Attempts.failed(call, ex, false, guard.now());
			return null;
		}
		try {
			return await(call, task, lease);
		}
		catch (ExecutionException ex) {
			Throwable thrown = WorkerTask.unwrap((ex.getCause() != null) ? ex.getCause() : ex);
			Attempts.failed(call, thrown, false, guard.now());
		}
		catch (InterruptedException ex) {
			lease.abandon();
			task.cancel(true);
			guard.admission().attemptCancelled(call, guard.now());
			call.failed(BlockingExecution.interruptedWhileWaiting(call, ex), guard.now());
		}
		return null;
	}

	private static @Nullable Object await(Call call, WorkerTask task, Lease lease)
			throws ExecutionException, InterruptedException {
		Guard guard = call.guard();
		boolean late = false;
		Object value;
		try {
			value = task.get(call.attemptDeadlineNanos() - guard.now(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			lease.abandon();
			if (task.cancel(true)) {
				Attempts.timedOut(call, guard.now());
				return null;
			}
			// it has ended at the last moment
			late = true;
			value = task.get();
		}
		Attempts.succeeded(call, late, guard.now());
		return value;
	}

}
