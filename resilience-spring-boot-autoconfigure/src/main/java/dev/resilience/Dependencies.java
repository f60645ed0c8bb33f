package dev.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Guards work that is not a method of a bean. The names are those of
 * {@code resilience.dependencies}; an unknown one is refused with an
 * {@link IllegalArgumentException} that lists the known ones, or guarded as critical
 * where {@code resilience.allow-unknown} is set. A {@link #call} ends when its work
 * returns: work that returns a stage, a future or a publisher is refused with an
 * {@link IllegalArgumentException}, because it would be unguarded until that completes.
 * For these there are {@link #callAsync} and {@link ReactiveDependencies}.
 */
public interface Dependencies {

	/**
	 * Call a dependency.
	 * @param name the dependency
	 * @param work the call; invoked once for each attempt
	 * @param <T> the type of the result
	 * @param <E> the checked exception of the work
	 * @return the result; {@code null} when a call of an optional dependency fails
	 * @throws E what the work threw when the last attempt failed, or an answer
	 * @throws DependencyException if the guard refused the call or its time ran out,
	 * unless the dependency is optional
	 */
	<T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work) throws E;

	/**
	 * Call a dependency with a way out.
	 * @param name the dependency
	 * @param work the call; invoked once for each attempt
	 * @param fallback makes the result out of the failure, for every type of dependency
	 * @param <T> the type of the result
	 * @param <E> the checked exception of the work
	 * @return the result of the work or of the fallback
	 * @throws E an answer of the work that is no failure
	 */
	<T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work,
			Function<Throwable, T> fallback) throws E;

	/**
	 * Run something against a dependency. On an optional one it is fire and forget.
	 * @param name the dependency
	 * @param work the call; invoked once for each attempt
	 */
	void run(String name, Runnable work);

	/**
	 * Call a dependency whose result comes through a stage. It is guarded until that
	 * completes: at the deadline, and when its caller cancels the returned future, it is
	 * cancelled. Never throws: what fails, fails the returned future.
	 * @param name the dependency
	 * @param work the call; invoked once for each attempt, and returns a new stage each
	 * time
	 * @param <T> the type of the result
	 * @return completes with the result; with {@code null} when a call of an optional
	 * dependency fails, else with the exception that {@link #call} would throw
	 * @throws IllegalArgumentException if the name is not known
	 */
	<T extends @Nullable Object> CompletableFuture<T> callAsync(String name,
			Work<? extends CompletionStage<T>, ?> work);

	/**
	 * Call a dependency whose result comes through a stage, with a way out.
	 * @param name the dependency
	 * @param work the call; invoked once for each attempt, and returns a new stage each
	 * time
	 * @param fallback makes the result out of the failure, for every type of dependency
	 * @param <T> the type of the result
	 * @return completes with the result of the work or of the fallback
	 * @throws IllegalArgumentException if the name is not known
	 */
	<T extends @Nullable Object> CompletableFuture<T> callAsync(String name, Work<? extends CompletionStage<T>, ?> work,
			Function<Throwable, T> fallback);

	/**
	 * A call of a dependency.
	 *
	 * @param <T> the type of the result
	 * @param <E> the checked exception
	 */
	@FunctionalInterface
	interface Work<T extends @Nullable Object, E extends Exception> {

		/**
		 * Make the call.
		 * @return its result
		 * @throws E if it fails
		 */
		T call() throws E;

	}

}
