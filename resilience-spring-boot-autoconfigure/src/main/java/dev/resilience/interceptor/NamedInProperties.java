package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.core.env.Environment;

/**
 * What the properties name that only reflection will find. All else is left alone: it may
 * have no value yet when an application is built.
 *
 * @param fallbacks the fallbacks
 * @param exceptions the names of the exceptions that are answers
 * @param durable whether any operation is durable
 */
record NamedInProperties(Set<String> fallbacks, Set<String> exceptions, boolean durable) {

	static NamedInProperties read(Environment environment) {
		List<Layer> layers = new ArrayList<>();
		Binder binder = Binder.get(environment);
		List.of("resilience.dependencies", "resilience.types")
			.forEach((key) -> binder.bind(key, Bindable.mapOf(String.class, Layer.class))
				.ifBound((bound) -> bound.values().forEach((layer) -> layer.addTo(layers))));
		Set<String> fallbacks = new LinkedHashSet<>();
		Set<String> exceptions = new LinkedHashSet<>();
		for (Layer layer : layers) {
			if (layer.fallback() != null) {
				fallbacks.add(layer.fallback());
			}
			if (layer.ignore() != null) {
				exceptions.addAll(layer.ignore());
			}
		}
		return new NamedInProperties(fallbacks, exceptions, layers.stream().anyMatch(Layer::isDurable));
	}

	/**
	 * What is read of a dependency, a type or an operation.
	 *
	 * @param fallback its fallback
	 * @param ignore the exceptions that are answers
	 * @param delivery whether it is durable
	 * @param deliveryMode the same, where other keys of its delivery stand
	 * @param operations its operations
	 */
	record Layer(@Nullable String fallback, @Nullable List<String> ignore, @Nullable String delivery,
			@Name("delivery.mode") @Nullable String deliveryMode, @Nullable Map<String, Layer> operations) {

		private void addTo(List<Layer> layers) {
			layers.add(this);
			if (this.operations != null) {
				this.operations.values().forEach((operation) -> operation.addTo(layers));
			}
		}

		private boolean isDurable() {
			return "durable".equalsIgnoreCase(this.delivery) || "durable".equalsIgnoreCase(this.deliveryMode);
		}

	}

}
