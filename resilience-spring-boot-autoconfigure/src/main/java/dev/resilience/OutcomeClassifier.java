package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Says whether a result is a failure: for methods that report failures in what they
 * return. Beans of this type are asked before the built-in classification, in their
 * order, for each result of every guarded call that has one; the first one with an
 * opinion wins. Asked on the thread on which the result came: it must not block.
 */
@FunctionalInterface
public interface OutcomeClassifier {

	/**
	 * Classify what a guarded method returned.
	 * @param result the result; of a stage, a future or a {@code Mono} what it carries
	 * @return the kind of failure that the result is, {@link FailureKind#NONE} if it is
	 * none, or {@code null} to leave the decision to the next classifier
	 */
	@Nullable FailureKind classify(@Nullable Object result);

}
