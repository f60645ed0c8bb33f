package dev.resilience.guard;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Fire and forget: the caller goes on at once and never sees an error. Calls wait for
 * their place in the bulkhead in a bounded queue; their time counts from their start.
 */
final class BackgroundExecution implements Execution {

	private final Backlog backlog;

	private final int queue;

	BackgroundExecution(Backlog backlog, int queue) {
		this.backlog = backlog;
		this.queue = queue;
	}

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		Environment environment = operation.guard().environment();
		DependencyCall outer = DependencyCallHolder.get();
		Tracing tracing = environment.tracing();
		Pending call = new Pending(operation, work, CallerContext.capture(() -> environment.context().capture(true)),
				operation.key(work, outer), (tracing != null) ? tracing.current() : null);
		if (outer instanceof EnclosingCall enclosing) {
			// its next attempt would fire it once more
			enclosing.call().started(operation.policy().idempotencyKey());
		}
		this.backlog.began();
		environment.transactions().afterCommit(() -> submit(call), this.backlog::ended);
		return null;
	}

	private void submit(Pending call) {
		if (!this.backlog.tryWait(this.queue)) {
			run(call).reject(Refusal.QUEUE_FULL);
			return;
		}
		// a place in the bulkhead is waited for without a thread, as long as it takes
		call.operation.guard().bulkhead().await(() -> {
			this.backlog.waited();
			start(call);
		});
	}

	private void start(Pending call) {
		try {
			call.operation.guard().environment().workers().execute(() -> run(call).start());
		}
		catch (RejectedExecutionException ex) {
			call.operation.guard().bulkhead().release();
			run(call).refused(Refusal.SHUTTING_DOWN);
		}
		catch (Throwable ex) {
			// no thread
			run(call).failedToStart(ex);
		}
	}

	private AsyncRun run(Pending call) {
		// neither a surrounding call nor a request waits for it
		AsyncRun run = new AsyncRun(call.operation.begin(call.work, null, null, call.key, call.traced), WorkerWork::new,
				call.context, null);
		run.result().whenComplete((value, failure) -> {
			this.backlog.ended();
			if (failure != null) {
				lost(call.operation, failure);
			}
		});
		return run;
	}

	private static void lost(Operation operation, Throwable failure) {
		String dependency = operation.policy().dependency();
		operation.guard()
			.log()
			.repeated(Level.WARN, dependency, null, "Fire-and-forget call of '{}' failed: {}",
					operation.policy().operation(), failure.getClass().getName());
		DependencyLog.line(Level.DEBUG, dependency).setCause(failure).log("The failure");
		if (failure instanceof Error error) {
			// nobody waits who could see it
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
		}
	}

	/**
	 * A call that waits for its turn.
	 *
	 * @param key its idempotency key, as far as its caller knew it
	 * @param traced within which it is traced, if calls are
	 */
	private record Pending(Operation operation, Work work, CallerContext context, @Nullable String key,
			@Nullable Object traced) {
	}

	/**
	 * A synchronous method, on the worker thread that makes the attempt.
	 */
	private static final class WorkerWork implements AsyncWork {

		private final WorkerTask task;

		private WorkerWork(Call call, Ended ended) {
			this.task = new WorkerTask(call, call.work, call.isLastAttempt(), UnaryOperator.identity(),
					() -> end(ended));
		}

		private void end(Ended ended) {
			if (this.task.isCancelled()) {
				ended.ended(null, null);
				return;
			}
			try {
				ended.ended(this.task.get(), null);
			}
			catch (ExecutionException ex) {
				ended.ended(null, WorkerTask.unwrap((ex.getCause() != null) ? ex.getCause() : ex));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				ended.ended(null, ex);
			}
		}

		@Override
		public void start() {
			this.task.run();
		}

		@Override
		public void cancel() {
			this.task.cancel(true);
		}

	}

}
