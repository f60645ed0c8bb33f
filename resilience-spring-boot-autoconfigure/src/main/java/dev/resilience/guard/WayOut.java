package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * Serves the caller when the call failed: a fallback method, the last good value, a
 * natural empty value.
 */
public interface WayOut {

	/**
	 * Whether it has something to offer for this failure.
	 * @param work the failed call
	 * @param failure how it failed
	 * @return {@code false} to go on with the next way out
	 */
	default boolean serves(Work work, Failure failure) {
		return true;
	}

	/**
	 * Serve the caller.
	 * @param work the failed call
	 * @param failure how it failed
	 * @return what the caller gets instead
	 * @throws Throwable if this way out fails too
	 */
	@Nullable Object apply(Work work, Failure failure) throws Throwable;

}
