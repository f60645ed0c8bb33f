package dev.resilience.interceptor;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * What the properties name that only reflection will find. All else is left alone: it may
 * have no value yet when an application is built.
 *
 * @param fallbacks the fallbacks
 * @param exceptions the names of the exceptions that are answers
 */
record NamedInProperties(Set<String> fallbacks, Set<String> exceptions) {

	static NamedInProperties read(Environment environment) {
		NamedInProperties named = new NamedInProperties(new LinkedHashSet<>(), new LinkedHashSet<>());
		Binder binder = Binder.get(environment);
		List.of("resilience.dependencies", "resilience.types")
			.forEach((key) -> binder.bind(key, Bindable.mapOf(String.class, Layer.class))
				.ifBound((layers) -> named.add(layers.values())));
		return named;
	}

	private void add(Collection<Layer> layers) {
		for (Layer layer : layers) {
			if (layer.fallback() != null) {
				this.fallbacks.add(layer.fallback());
			}
			if (layer.ignore() != null) {
				this.exceptions.addAll(layer.ignore());
			}
			if (layer.operations() != null) {
				add(layer.operations().values());
			}
		}
	}

	/**
	 * What is read of a dependency, a type or an operation.
	 *
	 * @param fallback its fallback
	 * @param ignore the exceptions that are answers
	 * @param operations its operations
	 */
	record Layer(@Nullable String fallback, @Nullable List<String> ignore, @Nullable Map<String, Layer> operations) {
	}

}
