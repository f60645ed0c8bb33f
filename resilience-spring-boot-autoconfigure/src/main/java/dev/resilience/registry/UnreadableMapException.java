package dev.resilience.registry;

/**
 * An answer is no map.
 */
class UnreadableMapException extends RuntimeException {

	UnreadableMapException(String problem) {
		super(problem);
	}

	/** What is wrong with it, as it may be shown. */
	String problem() {
		return String.valueOf(getMessage());
	}

}
