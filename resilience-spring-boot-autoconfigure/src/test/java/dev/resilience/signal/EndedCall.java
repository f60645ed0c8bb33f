package dev.resilience.signal;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;

/**
 * A call that a test says has ended.
 */
public record EndedCall(String dependency, String operation, DependencyType type, Outcome outcome, FailureKind failure,
		boolean unauthorized, long endNanos, long durationNanos) implements CallEvent {

	/** One of a critical dependency. */
	public static EndedCall of(String dependency, Outcome outcome, FailureKind failure, long endNanos,
			long durationNanos) {
		return new EndedCall(dependency, "Client.call", DependencyType.CRITICAL, outcome, failure, false, endNanos,
				durationNanos);
	}

}
