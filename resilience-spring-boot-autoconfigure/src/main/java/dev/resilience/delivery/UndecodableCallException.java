package dev.resilience.delivery;

/**
 * The codec of the application has failed, which may be over soon.
 */
final class UndecodableCallException extends Exception {

	private final String operation;

	private final RuntimeException cause;

	UndecodableCallException(String operation, RuntimeException cause) {
		super(cause);
		this.operation = operation;
		this.cause = cause;
	}

	String operation() {
		return this.operation;
	}

	RuntimeException cause() {
		return this.cause;
	}

}
