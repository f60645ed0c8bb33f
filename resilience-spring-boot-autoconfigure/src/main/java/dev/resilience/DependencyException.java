package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Base of the exceptions with which the guard itself ends a call. When an attempt was
 * made and failed by itself, the caller sees the method's own exception instead.
 */
public abstract class DependencyException extends RuntimeException {

	private final String dependency;

	private final FailureKind failure;

	DependencyException(String dependency, FailureKind failure, String message, @Nullable Throwable cause,
			boolean writableStackTrace) {
		super(message, cause, true, writableStackTrace);
		this.dependency = dependency;
		this.failure = failure;
	}

	/**
	 * The dependency that was called.
	 * @return its name
	 */
	public String dependency() {
		return this.dependency;
	}

	/**
	 * What kind of failure this is.
	 * @return the kind
	 */
	public FailureKind failure() {
		return this.failure;
	}

}
