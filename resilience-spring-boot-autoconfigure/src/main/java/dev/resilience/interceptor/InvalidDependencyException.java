package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

/**
 * A {@code @Dependency} cannot be honoured as it stands: the application must not start
 * and believe itself guarded.
 */
public class InvalidDependencyException extends RuntimeException {

	private final String action;

	/**
	 * Create a new exception.
	 * @param description what is wrong, and where
	 * @param action what to do about it
	 */
	public InvalidDependencyException(String description, String action) {
		this(description, action, null);
	}

	InvalidDependencyException(String description, String action, @Nullable Throwable cause) {
		super(description, cause);
		this.action = action;
	}

	/**
	 * What to do about it.
	 * @return a text for humans
	 */
	public String action() {
		return this.action;
	}

}
