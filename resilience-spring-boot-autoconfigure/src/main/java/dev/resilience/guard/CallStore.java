package dev.resilience.guard;

import dev.resilience.DeliveryRejectedException;
import org.jspecify.annotations.Nullable;

/**
 * Stores the calls of a durable operation until they are delivered.
 */
@FunctionalInterface
public interface CallStore {

	/**
	 * Store a call, in the transaction of the current thread if there is one. When this
	 * returns, the call is a kept promise.
	 * @param arguments its arguments
	 * @param idempotencyKey by which the partner recognises it
	 * @throws DeliveryRejectedException if it was not stored
	 */
	void accept(@Nullable Object[] arguments, String idempotencyKey);

}
