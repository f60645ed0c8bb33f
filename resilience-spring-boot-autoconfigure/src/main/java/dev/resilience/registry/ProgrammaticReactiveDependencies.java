package dev.resilience.registry;

import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.resilience.ReactiveDependencies;
import dev.resilience.registry.HandedInOperations.OwnWork;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Guards publishers that are handed in. Each subscription is a call, of the policy that
 * holds then.
 */
public final class ProgrammaticReactiveDependencies implements ReactiveDependencies {

	private final HandedInOperations operations;

	/**
	 * Create the entry point.
	 * @param operations what the publishers become
	 */
	public ProgrammaticReactiveDependencies(HandedInOperations operations) {
		this.operations = operations;
	}

	@Override
	public <T> UnaryOperator<Mono<T>> mono(String name) {
		return monoOperator(name, null);
	}

	@Override
	public <T> UnaryOperator<Mono<T>> mono(String name, Function<Throwable, ? extends Mono<T>> fallback) {
		return monoOperator(name, fallback);
	}

	private <T> UnaryOperator<Mono<T>> monoOperator(String name, @Nullable Function<Throwable, ?> fallback) {
		this.operations.of(name, HandedIn.MONO); // an unknown name is refused here
		return (source) -> Mono.defer(() -> this.operations.<Mono<T>, RuntimeException>call(name, HandedIn.MONO,
				new OwnWork(() -> source, fallback)));
	}

	@Override
	public <T> UnaryOperator<Flux<T>> flux(String name) {
		return fluxOperator(name, null);
	}

	@Override
	public <T> UnaryOperator<Flux<T>> flux(String name, Function<Throwable, ? extends Flux<T>> fallback) {
		return fluxOperator(name, fallback);
	}

	private <T> UnaryOperator<Flux<T>> fluxOperator(String name, @Nullable Function<Throwable, ?> fallback) {
		this.operations.of(name, HandedIn.FLUX);
		return (source) -> Flux.defer(() -> this.operations.<Flux<T>, RuntimeException>call(name, HandedIn.FLUX,
				new OwnWork(() -> source, fallback)));
	}

}
