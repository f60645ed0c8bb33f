package dev.resilience.signal;

/**
 * What has become of a durable call.
 */
public enum DeliveryResult {

	/** It was stored. */
	ACCEPTED("accepted"),

	/** It could not be stored, which its caller has seen. */
	REJECTED("rejected"),

	/** The partner has it. */
	DELIVERED("delivered"),

	/** An attempt failed or was refused; it will be tried again. */
	DEFERRED("deferred"),

	/** It is tried no more, and kept as a dead letter. */
	DEAD("dead"),

	/** Somebody wants a dead letter to be tried again. */
	REQUEUED("requeued"),

	/** Somebody has thrown a dead letter away. */
	DISCARDED("discarded");

	private final String tag;

	DeliveryResult(String tag) {
		this.tag = tag;
	}

	/**
	 * The result as a metric tag value.
	 * @return the tag value
	 */
	public String tag() {
		return this.tag;
	}

}
