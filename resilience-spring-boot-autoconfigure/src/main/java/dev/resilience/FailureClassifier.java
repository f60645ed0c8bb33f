package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Says what kind of failure an exception is. Beans of this type are asked before the
 * built-in classification, in their order; the first one with an opinion wins.
 */
@FunctionalInterface
public interface FailureClassifier {

	/**
	 * Classify what a guarded method threw.
	 * @param failure the exception exactly as thrown; its causes have not been looked at
	 * @return the kind, {@link FailureKind#NONE} if the exception is an answer and no
	 * failure, or {@code null} to leave the decision to the next classifier
	 */
	@Nullable FailureKind classify(Throwable failure);

}
