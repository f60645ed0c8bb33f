package dev.resilience.registry;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Function;

import dev.resilience.Dependencies;
import dev.resilience.registry.HandedInOperations.OwnWork;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.util.ClassUtils;

/**
 * Guards work that is handed in.
 */
public final class ProgrammaticDependencies implements Dependencies {

	private static final boolean REACTIVE_STREAMS = ClassUtils.isPresent("org.reactivestreams.Publisher",
			ProgrammaticDependencies.class.getClassLoader());

	private final HandedInOperations operations;

	/**
	 * Create the entry point.
	 * @param operations what the work becomes
	 */
	public ProgrammaticDependencies(HandedInOperations operations) {
		this.operations = operations;
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work) throws E {
		return complete(name, this.operations.call(name, HandedIn.CALL, new OwnWork(work::call, null)));
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work,
			Function<Throwable, T> fallback) throws E {
		return complete(name, this.operations.call(name, HandedIn.CALL, new OwnWork(work::call, fallback)));
	}

	@Override
	public void run(String name, Runnable work) {
		this.operations.call(name, HandedIn.RUN, new OwnWork(() -> {
			work.run();
			return null;
		}, null));
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String name,
			Work<? extends CompletionStage<T>, ?> work) {
		return this.operations.call(name, HandedIn.STAGE, new OwnWork(work::call, null));
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(String name,
			Work<? extends CompletionStage<T>, ?> work, Function<Throwable, T> fallback) {
		return this.operations.call(name, HandedIn.STAGE, new OwnWork(work::call, fallback));
	}

	// the guard has let go of the call although its work goes on
	private static <T extends @Nullable Object> T complete(String name, T result) {
		if (result instanceof CompletionStage || result instanceof Future || result instanceof Flow.Publisher
				|| (REACTIVE_STREAMS && result instanceof Publisher)) {
			throw new IllegalArgumentException(
					"The call of dependency '%s' returned a %s, which would be unguarded until it completes: use callAsync or ReactiveDependencies, or wait for the value within the work"
						.formatted(name, result.getClass().getName()));
		}
		return result;
	}

}
