package dev.resilience.guard;

import dev.resilience.FailureKind;
import dev.resilience.failure.Classification;

/**
 * What the guard itself knows without looking at an exception.
 */
final class Classifications {

	static final Classification NONE = Classification.ANSWER;

	static final Classification REJECTED = new Classification(FailureKind.REJECTED, null, false, false, 1);

	static final Classification TIMEOUT = new Classification(FailureKind.TIMEOUT, null, false, false, 1);

	static final Classification UNKNOWN = new Classification(FailureKind.UNKNOWN, null, false, false, 1);

	private Classifications() {
	}

}
