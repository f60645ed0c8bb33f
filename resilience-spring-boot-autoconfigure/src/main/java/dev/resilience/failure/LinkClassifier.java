package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

/**
 * Knows the exceptions of one technology. Is shown each exception of a cause chain by
 * itself.
 */
@FunctionalInterface
interface LinkClassifier {

	@Nullable Classification classify(Throwable link);

	/** Where the chain goes on at an exception without a cause. */
	default @Nullable Throwable hiddenCause(Throwable link) {
		return null;
	}

}
