package dev.resilience;

/**
 * The call was not attempted: the bulkhead or the queue is full, the rate limit is used
 * up, or the deadline of the surrounding call or request has already passed. Has no stack
 * trace of its own unless debug logging of {@code dev.resilience} is on.
 */
public class DependencyOverloadedException extends DependencyException {

	/**
	 * Create a new exception.
	 * @param dependency the name of the dependency
	 * @param reason why the call was not attempted
	 * @param stackTrace whether to fill in the stack trace
	 */
	public DependencyOverloadedException(String dependency, String reason, boolean stackTrace) {
		super(dependency, FailureKind.REJECTED, "Dependency '%s' was not called: %s".formatted(dependency, reason),
				null, stackTrace);
	}

}
