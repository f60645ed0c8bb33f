package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * Finds failures among the results of an operation.
 */
@FunctionalInterface
public interface ResultCheck {

	/**
	 * Check a result.
	 * @param work the call
	 * @param result what an attempt handed over
	 * @throws Throwable the failure that the result is, a
	 * {@link dev.resilience.failure.FailedResult} if the caller is to get the result
	 * nevertheless when there is no way out
	 */
	void check(Work work, @Nullable Object result) throws Throwable;

}
