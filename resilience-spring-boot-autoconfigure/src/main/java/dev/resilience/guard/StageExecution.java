package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
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
		AsyncRun run = new AsyncRun(operation.begin(work), StageWork::new, environment.context().capture(false),
				environment.response().get());
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
			if (result == null) {
				this.ended.ended(null, null);
				return;
			}
			CompletionStage<?> stage = (result instanceof CompletionStage<?> own) ? own : await((Future<?>) result);
			this.future = (result instanceof Future<?> own) ? own : null;
			if (this.cancelled) {
				cancel();
			}
			stage.whenComplete(this.ended::ended);
		}

		// a plain future cannot be listened to: a worker waits for it
		private CompletionStage<?> await(Future<?> future) {
			CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
			this.call.guard().environment().workers().execute(() -> {
				try {
					stage.complete(future.get());
				}
				catch (Throwable ex) {
					stage.completeExceptionally(ex);
				}
			});
			return stage;
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			Future<?> future = this.future;
			if (future != null) {
				try {
					future.cancel(true);
				}
				catch (UnsupportedOperationException ex) {
					// it goes on, and keeps its permit until it ends
				}
			}
		}

	}

}
