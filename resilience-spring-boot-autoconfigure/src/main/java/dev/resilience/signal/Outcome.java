package dev.resilience.signal;

/**
 * How a logical call ended for its caller.
 */
public enum Outcome {

	/** A value, or an exception that is an answer. */
	SUCCESS("success"),

	/** It failed or was refused, and a way out served the caller. */
	FALLBACK("fallback"),

	/** It failed, and the caller saw it. */
	FAILURE("failure"),

	/** The guard refused it, and the caller saw it. */
	REJECTED("rejected"),

	/** It was stored for later. */
	DEFERRED("deferred");

	private final String tag;

	Outcome(String tag) {
		this.tag = tag;
	}

	/**
	 * The outcome as a metric tag value.
	 * @return the tag value
	 */
	public String tag() {
		return this.tag;
	}

}
