package dev.resilience.guard;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * A call that returns a stage or a future: guarded until that completes.
 */
final class StageExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) {
		Environment environment = operation.guard().environment();
		AsyncRun run = new AsyncRun(operation.begin(work), StageWork::new,
				CallerContext.capture(() -> environment.context().capture(false)), environment.response().get());
		run.attempt();
		return run.result();
	}

	private static final class StageWork implements AsyncWork {

		private final Call call;

		private final Ended ended;

		private volatile boolean cancelled;

		private volatile @Nullable Future<?> future;

		private StageWork(Call call, Ended ended) {
			this.call = call;
			this.ended = ended;
		}

		@Override
		public void start() throws Throwable {
			Object result = CallerThread.assemble(this.call, this.call.isLastAttempt());
			CompletionStage<?> stage = LaterValue.stage(result, this.call.guard().environment().workers());
			if (stage == null) {
				this.ended.ended(null, null);
				return;
			}
			this.future = (result instanceof Future<?> own) ? own : null;
			if (this.cancelled) {
				cancel();
			}
			stage.whenComplete(this.ended::ended);
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			Future<?> future = this.future;
			if (future != null) {
				try {
					future.cancel(true);
				}
				catch (RuntimeException ex) {
					// it goes on, and keeps its permit until it ends
				}
			}
		}

	}

}
