package dev.resilience.policy;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the calls of a durable operation are delivered.
 *
 * @param maxAttempts how often a call is attempted at most
 * @param maxAge how long it is tried at most
 * @param key in SpEL over the arguments: calls with the same key are delivered one after
 * the other, {@code null} for no order
 * @param backoff the wait before it is tried again
 */
public record DeliveryPolicy(int maxAttempts, Duration maxAge, @Nullable String key, OperationPolicy.Backoff backoff) {

	/** The key under which it stands whether an operation is durable. */
	public static final String KEY = "delivery";

	static @Nullable DeliveryPolicy decide(Layers layers) {
		DeliveryPolicy policy = new DeliveryPolicy(
				layers.atLeast(1, "delivery.max-attempts", Settings::deliveryMaxAttempts,
						Defaults.DELIVERY_MAX_ATTEMPTS),
				layers.positive("delivery.max-age", Settings::deliveryMaxAge, Defaults.DELIVERY_MAX_AGE),
				layers.pick("delivery.key", Settings::deliveryKey), OperationPolicy.Backoff.betweenDeliveries(layers));
		Delivery mode = layers.pick(KEY,
				(settings) -> (settings.delivery() != null) ? settings.delivery() : settings.deliveryMode(),
				Delivery.BEST_EFFORT);
		return (mode == Delivery.DURABLE) ? policy : null;
	}

}
