package dev.resilience.guard;

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

}
