package dev.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The call was not attempted: the breaker is open, the partner asked for a pause, or the
 * dependency is switched off. Has no stack trace of its own unless debug logging of
 * {@code dev.resilience} is on.
 */
public class DependencyUnavailableException extends DependencyException {

	private final @Nullable Duration retryAfter;

	/**
	 * Create a new exception.
	 * @param dependency the name of the dependency
	 * @param reason why the call was not attempted
	 * @param retryAfter when trying again makes sense, if that is known
	 * @param lastFailure the last real failure of the dependency, if there was one
	 * @param stackTrace whether to fill in the stack trace
	 */
	public DependencyUnavailableException(String dependency, String reason, @Nullable Duration retryAfter,
			@Nullable Throwable lastFailure, boolean stackTrace) {
		super(dependency, FailureKind.REJECTED, "Dependency '%s' was not called: %s".formatted(dependency, reason),
				lastFailure, stackTrace);
		this.retryAfter = retryAfter;
	}

	/**
	 * When trying again makes sense.
	 * @return the time to wait, or {@code null} if it is not known (switched off)
	 */
	public @Nullable Duration retryAfter() {
		return this.retryAfter;
	}

}
