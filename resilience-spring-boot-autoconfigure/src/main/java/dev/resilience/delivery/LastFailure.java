package dev.resilience.delivery;

import dev.resilience.FailureKind;
import dev.resilience.guard.Failure;

/**
 * How a call failed last, without anything that is secret.
 *
 * @param kind the kind of failure
 * @param exception the class of the exception
 */
record LastFailure(FailureKind kind, String exception) {

	private static final int LONGEST = 255;

	static LastFailure of(Failure failure) {
		return new LastFailure(failure.kind(), name(failure.exception()));
	}

	static LastFailure of(Throwable exception) {
		return new LastFailure(FailureKind.UNKNOWN, name(exception));
	}

	private static String name(Throwable exception) {
		String name = exception.getClass().getName();
		return name.substring(0, Math.min(name.length(), LONGEST));
	}

}
