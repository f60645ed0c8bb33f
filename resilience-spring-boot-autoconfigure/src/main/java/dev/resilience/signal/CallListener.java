package dev.resilience.signal;

import dev.resilience.FailureKind;

/**
 * Is told what happens to the calls of one dependency, on the thread on which it happens:
 * it must not block and must not throw.
 */
public interface CallListener {

	/**
	 * A logical call has ended.
	 * @param event what happened
	 */
	void onCall(CallEvent event);

	/**
	 * It was decided whether a failed attempt is made again.
	 * @param decision the decision
	 * @param failure what kind of failure the attempt ended with
	 */
	default void onRetry(RetryDecision decision, FailureKind failure) {
	}

	/**
	 * Something has become of durable calls.
	 * @param result what has become of them
	 * @param calls how many they are
	 */
	default void onDelivery(DeliveryResult result, int calls) {
	}

	/**
	 * The dependency is forgotten: what is kept for it can go. Calls that are under way
	 * may still end.
	 */
	default void close() {
	}

	/**
	 * Makes a listener for each dependency.
	 */
	@FunctionalInterface
	interface Factory {

		/**
		 * Make the listener of a dependency, once.
		 * @param dependency its name
		 * @return the listener
		 */
		CallListener create(String dependency);

	}

}
