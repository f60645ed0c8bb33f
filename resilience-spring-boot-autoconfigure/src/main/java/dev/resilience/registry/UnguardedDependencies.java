package dev.resilience.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import dev.resilience.Dependencies;
import org.jspecify.annotations.Nullable;

/**
 * Stands in while nothing is guarded: work runs as it is, and fallbacks do not.
 */
public final class UnguardedDependencies implements Dependencies {

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work) throws E {
		return work.call();
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work,
			Function<Throwable, T> fallback) throws E {
		return work.call();
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String name,
			Work<? extends CompletionStage<T>, ?> work) {
		try {
			CompletionStage<T> stage = work.call();
			return stage.toCompletableFuture();
		}
		catch (Exception ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String name,
			Work<? extends CompletionStage<T>, ?> work, Function<Throwable, T> fallback) {
		return callAsync(name, work);
	}

	@Override
	public void run(String name, Runnable work) {
		work.run();
	}

}
