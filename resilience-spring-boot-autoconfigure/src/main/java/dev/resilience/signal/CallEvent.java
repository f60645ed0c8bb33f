package dev.resilience.signal;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;

/**
 * A logical call that has ended.
 */
public interface CallEvent {

	/**
	 * The dependency that was called.
	 * @return its name
	 */
	String dependency();

	/**
	 * The operation that was called.
	 * @return its name
	 */
	String operation();

	/**
	 * What the dependency is to the operation.
	 * @return the effective type
	 */
	DependencyType type();

	/**
	 * How it ended for its caller.
	 * @return the outcome
	 */
	Outcome outcome();

	/**
	 * What kind of failure it ended with.
	 * @return the kind, {@link FailureKind#NONE} for none
	 */
	FailureKind failure();

	/**
	 * Whether the partner refused our credentials.
	 * @return {@code true} after a 401 or 403
	 */
	boolean unauthorized();

	/**
	 * When its outcome was known.
	 * @return the moment on the monotonic clock, in nanoseconds
	 */
	long endNanos();

	/**
	 * How long it took until its outcome was known.
	 * @return nanoseconds
	 */
	long durationNanos();

	/**
	 * Whether the call says something about the dependency: refusals, client errors and
	 * calls that were given up by their caller do not.
	 * @return {@code true} if the golden signals include it
	 */
	default boolean isSignal() {
		return failure().isSignal() && (failure() != FailureKind.NONE || outcome() == Outcome.SUCCESS);
	}

	/**
	 * Whether it is an error of the dependency. A fallback does not hide it.
	 * @return {@code true} if it raises the error rate
	 */
	default boolean isError() {
		return outcome() != Outcome.SUCCESS && isSignal();
	}

}
