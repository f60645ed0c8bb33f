package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A durable call was not accepted. If its store failed or did not answer in time, it may
 * have been stored nevertheless, unless the message says that nothing was stored.
 */
public class DeliveryRejectedException extends DependencyException {

	/**
	 * Create a new exception.
	 * @param dependency the name of the dependency
	 * @param reason why it was not accepted
	 * @param cause the failure behind it, {@code null} if there is none
	 */
	public DeliveryRejectedException(String dependency, String reason, @Nullable Throwable cause) {
		super(dependency, FailureKind.REJECTED,
				"A durable call of dependency '%s' was not accepted: %s".formatted(dependency, reason), cause, true);
	}

}
