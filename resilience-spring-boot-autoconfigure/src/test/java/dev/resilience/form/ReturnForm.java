package dev.resilience.form;

import java.util.List;

/**
 * How a method hands over its result, and what that is.
 */
enum ReturnForm {

	OBJECT("object", "value", "instead", "null"),

	PRIMITIVE("primitive", "7", "8", "0"),

	VOID("nothing", "null", "null", "null"),

	FIRE_AND_FORGET("nothing", "null", "null", "null"),

	COMPLETABLE_FUTURE("completableFuture", "value", "instead", "null"),

	COMPLETION_STAGE("completionStage", "value", "instead", "null"),

	FUTURE("future", "value", "instead", "null"),

	MONO("mono", "[value]", "[instead]", "[]"),

	FLUX("flux", "[value]", "[instead]", "[]");

	/** Those whose caller waits on a thread. */
	static final List<ReturnForm> BLOCKING = List.of(OBJECT, PRIMITIVE, VOID);

	/** Those that complete later. */
	static final List<ReturnForm> LATER = List.of(COMPLETABLE_FUTURE, COMPLETION_STAGE, FUTURE, MONO, FLUX);

	private final String method;

	private final String value;

	private final String instead;

	private final String empty;

	ReturnForm(String method, String value, String instead, String empty) {
		this.method = method;
		this.value = value;
		this.instead = instead;
		this.empty = empty;
	}

	String method() {
		return this.method;
	}

	String value() {
		return this.value;
	}

	/** What a caller of the type sees who must not see an error. */
	String wayOut(Strategy strategy) {
		return (strategy == Strategy.OPTIONAL) ? this.empty : this.instead;
	}

	boolean isBlocking() {
		return BLOCKING.contains(this);
	}

	boolean isReactive() {
		return this == MONO || this == FLUX;
	}

}
