package dev.resilience.signal;

import java.time.Duration;

import dev.resilience.BreakerState;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

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
	 * The breaker of the dependency has changed its state.
	 * @param from its state before
	 * @param to its state now
	 */
	default void onBreaker(BreakerState from, BreakerState to) {
	}

	/**
	 * The switch of the dependency was thrown.
	 * @param position its position now
	 * @param reason why, in words
	 * @param duration after which it returns by itself, {@code null} if it does not
	 */
	default void onSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
	}

	/**
	 * The switch of the dependency has returned by itself.
	 * @param position its position now
	 * @param reason why it had been thrown, in words
	 * @param after the time after which it has returned
	 */
	default void onSwitchReturned(SwitchPosition position, @Nullable String reason, Duration after) {
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
