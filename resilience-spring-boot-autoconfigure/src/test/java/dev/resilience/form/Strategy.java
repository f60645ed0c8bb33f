package dev.resilience.form;

/**
 * What the dependency is to its caller, and what serves him when it fails.
 */
enum Strategy {

	CRITICAL("critical", ""),

	DEGRADED("degraded", "Instead"),

	/** The fallback returns a stage or a publisher, as the method does. */
	DEGRADED_LATER("degraded", "InsteadLater"),

	OPTIONAL("optional", "");

	private final String type;

	private final String fallback;

	Strategy(String type, String fallback) {
		this.type = type;
		this.fallback = fallback;
	}

	String type() {
		return this.type;
	}

	boolean hasFallback() {
		return !this.fallback.isEmpty();
	}

	/** What the fallback of a method is called. */
	String fallback(String method) {
		return method + this.fallback;
	}

}
