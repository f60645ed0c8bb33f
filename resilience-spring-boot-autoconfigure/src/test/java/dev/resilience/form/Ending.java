package dev.resilience.form;

import java.util.List;

/**
 * How a call ends.
 */
enum Ending {

	/** At once. */
	SUCCESS,

	/** With the partner's exception. */
	EXCEPTION,

	/** With a value, after two attempts that failed. */
	REPEATED("retry.max-attempts=3", "retry.backoff.initial=1ms"),

	/** Not by its deadline, at which the work can be stopped. */
	TIMEOUT("timeout=20ms"),

	/** Not by its deadline, after which the work goes on. */
	ABANDONED("timeout=20ms"),

	/** With one element, after which none comes by the deadline. */
	STALLED("timeout=20ms"),

	/** Before it began, because the breaker is open. */
	BREAKER_OPEN("breaker.min-calls=1"),

	/** Before it began, because there is no place. */
	BULKHEAD_FULL("bulkhead.max-concurrent=1", "bulkhead.max-wait=0ms"),

	/** By its caller, who gives up while the partner works. */
	CANCELLED,

	/** By its caller, who gives up while he waits for a place. */
	CANCELLED_IN_LINE("bulkhead.max-concurrent=1", "bulkhead.max-wait=1m"),

	/** By its caller, who gives up while he waits for the next attempt. */
	CANCELLED_BETWEEN_ATTEMPTS("timeout=1h", "retry.max-attempts=3", "retry.backoff.initial=1m", "retry.backoff.max=1m",
			"retry.backoff.jitter=0");

	private final List<String> settings;

	Ending(String... settings) {
		this.settings = List.of(settings);
	}

	/** What the dependency needs for it. */
	List<String> settings() {
		return this.settings;
	}

	boolean isCancelled() {
		return this == CANCELLED || this == CANCELLED_IN_LINE || this == CANCELLED_BETWEEN_ATTEMPTS;
	}

	/** Whether another call has the only place. */
	boolean needsFullBulkhead() {
		return this == BULKHEAD_FULL || this == CANCELLED_IN_LINE;
	}

	/** Whether the partner is not reached. */
	boolean isBeforeTheCall() {
		return this == BREAKER_OPEN || needsFullBulkhead();
	}

}
