package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Stands for a failure that a guarded method returned, where an exception is wanted: in
 * fallback methods, as the cause of a later refusal, in {@code ignore}. When there is no
 * way out, the caller gets the result itself and never this exception. Has no stack
 * trace, and no message that tells the result.
 */
public class FailedResultException extends RuntimeException {

	private final transient @Nullable Object result;

	private final FailureKind failure;

	/**
	 * Create a new exception.
	 * @param result what the method returned
	 * @param failure what kind of failure the result is
	 */
	public FailedResultException(@Nullable Object result, FailureKind failure) {
		super("A result of type %s is a failure: %s"
			.formatted((result != null) ? result.getClass().getSimpleName() : null, failure), null, false, false);
		this.result = result;
		this.failure = failure;
	}

	/**
	 * What the method returned. A result that holds a connection (an open body) is closed
	 * when the call is made again, or when a fallback has served another one.
	 * @return the result
	 */
	public @Nullable Object result() {
		return this.result;
	}

	/**
	 * What kind of failure the result is.
	 * @return the kind
	 */
	public FailureKind failure() {
		return this.failure;
	}

}
