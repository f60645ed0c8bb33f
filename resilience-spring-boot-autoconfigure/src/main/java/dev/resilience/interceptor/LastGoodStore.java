package dev.resilience.interceptor;

import java.util.concurrent.CompletableFuture;

import dev.resilience.guard.StaleValue;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * Where last good values lie, each with the moment at which it came.
 */
interface LastGoodStore {

	/**
	 * Keep values as these settings say from now on, if that is its own business.
	 */
	default void limitTo(OperationPolicy.LastGood settings) {
	}

	/**
	 * Keep a value in place of an older one, without waiting.
	 */
	void put(SimpleKey key, Object value);

	/**
	 * Find a value.
	 * @return in a short time what was found, {@code null} if there is nothing
	 */
	CompletableFuture<@Nullable StaleValue> find(SimpleKey key);

}
