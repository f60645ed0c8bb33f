package dev.resilience.signal;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;

/**
 * A logical call has ended.
 *
 * @param dependency the name of the dependency
 * @param operation the operation
 * @param type the effective type of the operation
 * @param outcome how it ended for the caller
 * @param failure what kind of failure it ended with, {@link FailureKind#NONE} for none
 * @param unauthorized whether the partner refused our credentials
 * @param endNanos when it ended, on the monotonic clock
 * @param durationNanos how long it took until the outcome was known
 */
public record CallEvent(String dependency, String operation, DependencyType type, Outcome outcome, FailureKind failure,
		boolean unauthorized, long endNanos, long durationNanos) {

	/**
	 * Whether the call says something about the dependency: refusals, client errors and
	 * calls that were given up by their caller do not.
	 * @return {@code true} if the golden signals include it
	 */
	public boolean isSignal() {
		return this.failure.isSignal() && (this.failure != FailureKind.NONE || this.outcome == Outcome.SUCCESS);
	}

	/**
	 * Whether it is an error of the dependency. A fallback does not hide it.
	 * @return {@code true} if it raises the error rate
	 */
	public boolean isError() {
		return this.outcome != Outcome.SUCCESS && isSignal();
	}

}
