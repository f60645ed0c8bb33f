package dev.resilience.signal;

/**
 * What became of the wish to send a failed call again.
 */
public enum RetryDecision {

	/** It was sent again. */
	RETRIED("retried"),

	/** The retry budget was used up. */
	BUDGET("budget"),

	/** The wait would have passed the deadline. */
	DEADLINE("deadline"),

	/** It may have been received, and is not idempotent. */
	UNSAFE("unsafe");

	private final String tag;

	RetryDecision(String tag) {
		this.tag = tag;
	}

	/**
	 * The decision as a metric tag value.
	 * @return the tag value
	 */
	public String tag() {
		return this.tag;
	}

}
