package dev.resilience.delivery;

import org.jspecify.annotations.Nullable;

/**
 * A stored call cannot be made: it is not understood any more.
 */
final class UnreadableCallException extends Exception {

	UnreadableCallException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
