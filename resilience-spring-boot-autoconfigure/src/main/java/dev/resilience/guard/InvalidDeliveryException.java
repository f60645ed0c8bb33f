package dev.resilience.guard;

/**
 * Calls cannot be durable as things are.
 */
public class InvalidDeliveryException extends RuntimeException {

	private final String action;

	/**
	 * Create a new exception.
	 * @param message why not
	 * @param action what to do
	 */
	public InvalidDeliveryException(String message, String action) {
		super(message);
		this.action = action;
	}

	/**
	 * What to do.
	 * @return the action, in words
	 */
	public String action() {
		return this.action;
	}

}
