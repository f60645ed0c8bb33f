package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

/**
 * Knows the exceptions of one technology. Is shown each exception of a cause chain by
 * itself.
 */
@FunctionalInterface
interface LinkClassifier {

	@Nullable Classification classify(Throwable link);

}
