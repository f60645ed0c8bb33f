package dev.resilience;

import java.util.function.Function;
import java.util.function.UnaryOperator;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Operators that guard publishers which no method of a bean returns, for
 * {@code transform}: {@code client.rate("EUR").transform(dependencies.mono("exchange"))}.
 * A bean of this type exists where Reactor is on the class path. The names are those of
 * {@code resilience.dependencies}; an unknown one is refused with an
 * {@link IllegalArgumentException} unless {@code resilience.allow-unknown} is set.
 *
 * <p>
 * Each subscription is one call, and each further attempt subscribes to the source anew,
 * which must be cold for that to send anything. Without a fallback a failed call of a
 * critical or degraded dependency is an error, and one of an optional dependency is
 * empty. A stream that has emitted something is neither repeated nor replaced: if it
 * fails then, a critical one passes the error on, the others end without one.
 */
public interface ReactiveDependencies {

	/**
	 * Guard a {@code Mono}.
	 * @param name the dependency
	 * @param <T> the type of the value
	 * @return the operator
	 */
	<T> UnaryOperator<Mono<T>> mono(String name);

	/**
	 * Guard a {@code Mono} with a way out.
	 * @param name the dependency
	 * @param fallback makes the result out of the failure, for every type of dependency
	 * @param <T> the type of the value
	 * @return the operator
	 */
	<T> UnaryOperator<Mono<T>> mono(String name, Function<Throwable, ? extends Mono<T>> fallback);

	/**
	 * Guard a {@code Flux}: the timeout bounds the wait for its first element and for
	 * each next one.
	 * @param name the dependency
	 * @param <T> the type of the elements
	 * @return the operator
	 */
	<T> UnaryOperator<Flux<T>> flux(String name);

	/**
	 * Guard a {@code Flux} with a way out, which is taken if nothing was emitted.
	 * @param name the dependency
	 * @param fallback makes the elements out of the failure, for every type of dependency
	 * @param <T> the type of the elements
	 * @return the operator
	 */
	<T> UnaryOperator<Flux<T>> flux(String name, Function<Throwable, ? extends Flux<T>> fallback);

}
