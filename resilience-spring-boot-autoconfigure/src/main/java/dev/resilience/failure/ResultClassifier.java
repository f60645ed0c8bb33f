package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

/**
 * Knows the results of one technology that may be failures.
 */
interface ResultClassifier {

	/** The type of those results. */
	Class<?> type();

	/**
	 * Classify a result.
	 * @param result a result of the type
	 * @return {@code null} if it is a value
	 */
	@Nullable Classification classify(Object result);

	/** Give back what a result holds that nobody will see. */
	default void discard(Object result) throws Exception {
		if (result instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

}
