package dev.resilience.policy;

/**
 * A setting has a value that makes no sense.
 */
public class InvalidSettingException extends RuntimeException {

	private final String key;

	private final Object value;

	private final String allowed;

	/**
	 * Create a new exception.
	 * @param key where the value stands: a property, or an attribute of an annotation
	 * @param value the value
	 * @param allowed what is allowed
	 */
	public InvalidSettingException(String key, Object value, String allowed) {
		super("'%s' has the value '%s', allowed is %s".formatted(key, value, allowed));
		this.key = key;
		this.value = value;
		this.allowed = allowed;
	}

	public String key() {
		return this.key;
	}

	public Object value() {
		return this.value;
	}

	public String allowed() {
		return this.allowed;
	}

}
