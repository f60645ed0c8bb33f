package dev.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The call was made and had no answer within its timeout. The partner may have received
 * the request, and may still be working on it.
 */
public class DependencyTimeoutException extends DependencyException {

	private final Duration timeout;

	/**
	 * Create a new exception.
	 * @param dependency the name of the dependency
	 * @param operation the operation that was called
	 * @param timeout the time that the call was given
	 * @param cause what the interrupted work threw, if it ended
	 */
	public DependencyTimeoutException(String dependency, String operation, Duration timeout,
			@Nullable Throwable cause) {
		super(dependency, FailureKind.TIMEOUT,
				"Dependency '%s' did not answer '%s' within %d ms".formatted(dependency, operation, timeout.toMillis()),
				cause, true);
		this.timeout = timeout;
	}

	/**
	 * The time that the call was given.
	 * @return the timeout, or what a surrounding guarded call had left of its own
	 */
	public Duration timeout() {
		return this.timeout;
	}

}
