package dev.resilience.sample.partner;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a partner.
 */
enum Fault {

	/** Nothing: every request is answered at once. */
	NONE,

	/** Requests are accepted and read, and never answered. */
	HANG,

	/** Answers are right but late. */
	SLOW,

	/** Every answer is a 500. */
	ERROR,

	/** Nobody listens on the port. */
	REFUSE,

	/** Answers look fine but their body is not JSON. */
	CORRUPT,

	/** Only a part is done: see {@link Service#partialAnswer(Request)}. */
	PARTIAL,

	/** Every answer is a 429 that names the time to wait. */
	RATE_LIMIT;

	String mode() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	static Optional<Fault> of(@Nullable String mode) {
		return Arrays.stream(values()).filter((fault) -> fault.mode().equals(mode)).findFirst();
	}

	static String modes() {
		return Arrays.stream(values()).map(Fault::mode).collect(Collectors.joining(", "));
	}

}
