package dev.resilience.guard;

import dev.resilience.FailureKind;
import dev.resilience.failure.Classification;

/**
 * What the guard itself knows without looking at an exception.
 */
final class Classifications {

	static final Classification REJECTED = Classification.of(FailureKind.REJECTED);

	static final Classification TIMEOUT = Classification.of(FailureKind.TIMEOUT);

	static final Classification UNKNOWN = Classification.of(FailureKind.UNKNOWN);

	private Classifications() {
	}

}
