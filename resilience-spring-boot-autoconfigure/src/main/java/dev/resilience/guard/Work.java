package dev.resilience.guard;

import java.time.Duration;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * The guarded method itself, with the arguments of one call.
 */
public interface Work {

	/** No arguments. */
	Object[] NO_ARGUMENTS = {};

	/**
	 * Make an attempt.
	 * @param last whether no other attempt can follow, so that nothing needs to be kept
	 * for one
	 * @return what the method returned
	 * @throws Throwable what the method threw
	 */
	@Nullable Object attempt(boolean last) throws Throwable;

	/**
	 * An attempt has handed over its value, maybe so late that its caller has gone and
	 * nobody needs the result. Not asked for the elements of a stream.
	 * @param value the value
	 * @return the result of the call
	 * @throws Throwable if the call as a whole has failed nevertheless
	 */
	default @Nullable Object succeeded(@Nullable Object value) throws Throwable {
		return value;
	}

	/**
	 * An attempt has failed.
	 * @param exception how
	 * @return the failure of the call
	 */
	default Throwable failed(Throwable exception) {
		return exception;
	}

	/**
	 * Narrows a call that failed partially to those of its failed items that may be
	 * repeated.
	 * @param repeatable judges an item by the cause of its failure
	 * @return {@code false} if there is none
	 */
	default boolean narrow(Predicate<Throwable> repeatable) {
		return false;
	}

	/**
	 * How old the last good value is that would be served if the call failed.
	 * @return the age, {@code null} if there is no such value
	 */
	default @Nullable Duration lastGoodAge() {
		return null;
	}

	/**
	 * The object on which the method is called.
	 * @return the object, {@code null} if there is none
	 */
	default @Nullable Object target() {
		return null;
	}

	/**
	 * The arguments of the call.
	 * @return the arguments
	 */
	default @Nullable Object[] arguments() {
		return NO_ARGUMENTS;
	}

	/**
	 * The idempotency key that whoever makes the call has given it.
	 * @return the key, {@code null} if the call gets one of its own
	 */
	default @Nullable String idempotencyKey() {
		return null;
	}

}
