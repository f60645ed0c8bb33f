package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * A value that a method hands over later, in whatever it does so.
 */
final class LaterValue {

	private LaterValue() {
	}

	/**
	 * The stage that completes with the value. A plain future cannot be listened to: a
	 * worker waits for it.
	 * @param result what the method returned
	 * @return the stage, {@code null} if the result is the value itself
	 */
	static @Nullable CompletionStage<?> stage(@Nullable Object result, Executor workers) {
		if (result instanceof CompletionStage<?> stage) {
			return stage;
		}
		return (result instanceof Future<?> future) ? await(future, workers) : null;
	}

	private static CompletionStage<?> await(Future<?> future, Executor workers) {
		CompletableFuture<@Nullable Object> stage = new CompletableFuture<>();
		try {
			workers.execute(() -> {
				try {
					stage.complete(future.get());
				}
				catch (Throwable ex) {
					stage.completeExceptionally(ex);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			// shutting down
			stage.completeExceptionally(ex);
		}
		return stage;
	}

}
