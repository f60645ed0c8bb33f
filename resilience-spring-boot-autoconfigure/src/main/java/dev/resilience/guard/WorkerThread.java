package dev.resilience.guard;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An attempt on a worker: its caller leaves at the deadline, whatever the work does.
 */
final class WorkerThread {

	private WorkerThread() {
	}

	static Attempt attempt(Call call, Work work) {
		Guard guard = call.guard;
		Environment environment = guard.environment();
		Lease lease = new Lease(guard.bulkhead());
		WorkerTask task = new WorkerTask(call, (last) -> {
			try {
				return work.attempt(last);
			}
			finally {
				// before its caller knows the end and comes again
				lease.end();
			}
		}, call.isLastAttempt(), lease::end);
		try {
			environment.workers().execute(environment.context().capture(false).apply(task));
		}
		catch (RejectedExecutionException ex) {
			guard.bulkhead().release();
			guard.attemptCancelled(call, guard.now());
			return Attempt.failed(Failure.refused(guard, Refusal.SHUTTING_DOWN), guard.now());
		}
		try {
			try {
				Object value = task.get(call.attemptDeadlineNanos() - guard.now(), TimeUnit.NANOSECONDS);
				return Attempt.succeeded(call, value, false, guard.now());
			}
			catch (TimeoutException ex) {
				lease.abandon();
				if (task.cancel(true)) {
					return Attempt.failed(call, null, true);
				}
				// it has ended at the last moment
				return Attempt.succeeded(call, task.get(), true, guard.now());
			}
		}
		catch (ExecutionException ex) {
			return Attempt.failed(call, WorkerTask.unwrap((ex.getCause() != null) ? ex.getCause() : ex), false);
		}
		catch (InterruptedException ex) {
			lease.abandon();
			task.cancel(true);
			guard.attemptCancelled(call, guard.now());
			return Attempt.failed(BlockingExecution.interruptedWhileWaiting(call, ex), guard.now());
		}
	}

}
