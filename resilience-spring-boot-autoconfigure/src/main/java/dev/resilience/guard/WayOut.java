package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * Serves the caller when the call failed: a fallback method, the last good value, a
 * natural empty value.
 */
@FunctionalInterface
public interface WayOut {

	/** It has nothing to offer for this failure: the next way out is asked. */
	Object NOTHING = new Object();

	/**
	 * Serve the caller.
	 * @param work the failed call
	 * @param failure how it failed
	 * @return what the caller gets instead, or {@link #NOTHING}; a {@link StaleValue}
	 * tells how old it is. A stage or a publisher may carry one too
	 * @throws Throwable if this way out fails too
	 */
	@Nullable Object apply(Work work, Failure failure) throws Throwable;

	/**
	 * Whether it may serve a call at all.
	 * @param work the call
	 * @return {@code false} if it never does
	 */
	default boolean mayServe(Work work) {
		return true;
	}

}
