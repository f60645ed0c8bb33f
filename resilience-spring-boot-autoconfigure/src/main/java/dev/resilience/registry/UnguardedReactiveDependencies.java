package dev.resilience.registry;

import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.resilience.ReactiveDependencies;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Stands in while nothing is guarded: publishers stay as they are.
 */
public final class UnguardedReactiveDependencies implements ReactiveDependencies {

	@Override
	public <T> UnaryOperator<Mono<T>> mono(String name) {
		return UnaryOperator.identity();
	}

	@Override
	public <T> UnaryOperator<Mono<T>> mono(String name, Function<Throwable, ? extends Mono<T>> fallback) {
		return UnaryOperator.identity();
	}

	@Override
	public <T> UnaryOperator<Flux<T>> flux(String name) {
		return UnaryOperator.identity();
	}

	@Override
	public <T> UnaryOperator<Flux<T>> flux(String name, Function<Throwable, ? extends Flux<T>> fallback) {
		return UnaryOperator.identity();
	}

}
