package dev.resilience.fault;

import java.util.Locale;

/**
 * The types of dependencies: CRITICAL with and without idempotence, OPTIONAL with a value
 * and in the background.
 */
enum CallType {

	CRITICAL("critical", "critical"), IDEMPOTENT("critical, idempotent", "critical"), DEGRADED("degraded", "degraded"),
	OPTIONAL("optional", "optional"), BACKGROUND("optional, void", "optional");

	private final String description;

	private final String tag;

	CallType(String description, String tag) {
		this.description = description;
		this.tag = tag;
	}

	String description() {
		return this.description;
	}

	/** The name of its dependency. */
	String dependency() {
		return name().toLowerCase(Locale.ROOT);
	}

	/** The type in the tags of its meters. */
	String tag() {
		return this.tag;
	}

	/** What its caller gets when the call fails. */
	String insteadOfAValue() {
		return switch (this) {
			case CRITICAL, IDEMPOTENT -> "throws";
			case DEGRADED -> "fallback";
			case OPTIONAL, BACKGROUND -> "nothing";
		};
	}

	/** What its meter calls a call that failed. */
	String failedOutcome() {
		return switch (this) {
			case CRITICAL, IDEMPOTENT, BACKGROUND -> "failure";
			case DEGRADED, OPTIONAL -> "fallback";
		};
	}

}
