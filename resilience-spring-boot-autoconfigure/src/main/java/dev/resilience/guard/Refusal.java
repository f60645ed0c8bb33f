package dev.resilience.guard;

/**
 * Why the guard did not let a call through.
 */
enum Refusal {

	SWITCHED_OFF("it is switched off", true),

	PAUSED("it asked for a pause", true),

	BREAKER_OPEN("its breaker is open", true),

	BULKHEAD_FULL("too many of its calls are running", false),

	QUEUE_FULL("too many of its calls are waiting", false),

	RATE_LIMITED("its rate limit is used up", false),

	DEADLINE_SPENT("the deadline of the surrounding call or request has passed", false),

	SHUTTING_DOWN("the application is shutting down", false);

	private final String reason;

	private final boolean unavailable;

	Refusal(String reason, boolean unavailable) {
		this.reason = reason;
		this.unavailable = unavailable;
	}

	String reason() {
		return this.reason;
	}

	/** Whether the dependency is to blame, and not our own load. */
	boolean isUnavailable() {
		return this.unavailable;
	}

}
