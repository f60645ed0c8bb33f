package dev.resilience;

import java.util.Locale;

/**
 * What kind of failure a call ended with. The kind decides whether the call may be sent
 * again and whether the failure counts against the breaker.
 */
public enum FailureKind {

	/** No failure: a value, or an exception that is an answer (see {@code ignore}). */
	NONE(false, true),

	/**
	 * The deadline of the attempt or the call, or a client's own read timeout, has
	 * passed. The partner may have received the request.
	 */
	TIMEOUT(true, true),

	/**
	 * No connection came about (refused, unknown host, connect timeout, TLS handshake,
	 * connection pool exhausted): nothing was sent.
	 */
	CONNECTION_REFUSED(true, true),

	/** A success that took longer than {@code slow-call}. */
	SLOW_RESPONSE(false, true),

	/** A success whose content cannot be understood. */
	CORRUPT_DATA(true, true),

	/** Some of the items succeeded, see {@link PartialFailureException}. */
	PARTIAL_FAILURE(true, true),

	/** The partner asks for fewer requests (429): it pauses, it does not trip. */
	RATE_LIMITED(false, true),

	/** The partner answered that it failed (5xx, a transient database error). */
	SERVER_ERROR(true, true),

	/** The partner answered that the request is wrong (4xx): it is well. */
	CLIENT_ERROR(false, false),

	/** Not attempted: the guard itself refused the call. */
	REJECTED(false, false),

	/** Anything else. */
	UNKNOWN(true, true);

	private final boolean countedByBreaker;

	private final boolean signal;

	private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

	FailureKind(boolean countedByBreaker, boolean signal) {
		this.countedByBreaker = countedByBreaker;
		this.signal = signal;
	}

	/**
	 * Whether a failure of this kind counts against the dependency's breaker.
	 * @return {@code true} if the breaker counts it as a failure
	 */
	public boolean isCountedByBreaker() {
		return this.countedByBreaker;
	}

	/**
	 * Whether calls that end with this kind enter the error rate and the latency.
	 * Refusals and client errors say nothing about the dependency's health.
	 * @return {@code true} if the golden signals include such calls
	 */
	public boolean isSignal() {
		return this.signal;
	}

	/**
	 * The kind as a metric tag value.
	 * @return the name in lower case with dashes, for example {@code server-error}
	 */
	public String tag() {
		return this.tag;
	}

}
