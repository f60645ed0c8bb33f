package dev.resilience.fault;

/**
 * What is wrong on the way to a partner and back. In every fault that lets a request
 * pass, the partner has processed it before the fault shows.
 */
enum Fault {

	/** None. */
	NONE("nothing is wrong"),

	/** RST in place of the response. */
	RESET("connection reset in place of the response"),

	/** The connection ends without a byte. */
	EMPTY_REPLY("connection closed without a byte"),

	/** A chunked body whose second chunk has no size. */
	MALFORMED_CHUNK("200, then a chunk that is none"),

	/** Bytes that are no HTTP. */
	GARBAGE("bytes that are no HTTP"),

	/** Nothing comes for a long time. */
	SLOW_FIRST_BYTE("nothing comes for a long time"),

	/** The response comes byte by byte. */
	SLOW_DRIP("the response comes byte by byte"),

	/** Nobody listens. */
	REFUSED("nobody listens"),

	/** The attempt to connect is never answered. */
	CONNECT_BLACKHOLE("the attempt to connect is never answered"),

	/** A long response over a thin line. */
	BANDWIDTH_CAP("64 KB over a line of 1 KB/s"),

	/** The body ends in its middle. */
	BODY_CUT("connection closed in the middle of the body"),

	/** The connection of each fifth request is reset in place of its response. */
	LOSS("the connection of each fifth request is reset"),

	/** 500. */
	STATUS_500("status 500", 500, null),

	/** 503. */
	STATUS_503("status 503", 503, null),

	/** 503 with Retry-After. */
	STATUS_503_LATER("status 503, Retry-After: 120", 503, "120"),

	/** 429. */
	STATUS_429("status 429", 429, null),

	/** 429 with Retry-After. */
	STATUS_429_LATER("status 429, Retry-After: 120", 429, "120");

	private final String description;

	private final int status;

	private final String retryAfter;

	Fault(String description) {
		this(description, 200, null);
	}

	Fault(String description, int status, String retryAfter) {
		this.description = description;
		this.status = status;
		this.retryAfter = retryAfter;
	}

	String description() {
		return this.description;
	}

	/** The status of the partner's answer. */
	int status() {
		return this.status;
	}

	/** The {@code Retry-After} of the partner's answer, {@code null} for none. */
	String retryAfter() {
		return this.retryAfter;
	}

	/** The length of the partner's answer. */
	int length() {
		return (this == BANDWIDTH_CAP) ? 64 * 1024 : 256;
	}

	/** Whether clients that are to meet it wait for a short time only. */
	boolean isSlow() {
		return this == SLOW_FIRST_BYTE || isEndless();
	}

	/** Whether bytes come so slowly that a timeout between two bytes never strikes. */
	boolean isEndless() {
		return this == SLOW_DRIP || this == BANDWIDTH_CAP;
	}

	/** Whether it is the partner that answers so, over a connection that is well. */
	boolean isThePartners() {
		return this == NONE || this.status != 200;
	}

	/** Whether the partner gets to see the request. */
	boolean reachesThePartner() {
		return this != REFUSED && this != CONNECT_BLACKHOLE;
	}

	/** Whether the partner processes the request and its response does not arrive. */
	boolean losesTheResponse() {
		return reachesThePartner() && !isThePartners();
	}

}
