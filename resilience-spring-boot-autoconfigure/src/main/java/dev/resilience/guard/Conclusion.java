package dev.resilience.guard;

import dev.resilience.DependencyType;
import dev.resilience.signal.FailedCalls.FailedCall;
import dev.resilience.signal.Outcome;

/**
 * Concludes logical calls: tells the listeners how they ended.
 */
final class Conclusion {

	private Conclusion() {
	}

	static void success(Call call) {
		publish(call, Outcome.SUCCESS);
	}

	/** It did not fit, and nobody is served. */
	static void rejected(Call call) {
		publish(call, Outcome.REJECTED);
	}

	/** The caller has gone: neither a success nor a failure of the dependency. */
	static void cancelled(Call call) {
		call.cancelled(call.guard().now());
	}

	/** Lets a web response recognise the failure of a critical dependency. */
	static void remember(Call call, Failure failure, Throwable thrown) {
		if (call.operation.policy().type() == DependencyType.CRITICAL && !failure.isInterrupted()) {
			call.guard()
				.environment()
				.failedCalls()
				.add(thrown, new FailedCall(call.name(), failure.kind(), failure.retryAfter()));
		}
	}

	/**
	 * Ends a stream that failed after it had emitted something: short for those who must
	 * not see an error.
	 * @throws Throwable the failure of a critical dependency
	 */
	static void truncated(Call call, Failure failure) throws Throwable {
		boolean critical = call.operation.policy().type() == DependencyType.CRITICAL;
		if (failure.isAnswer()) {
			publish(call, Outcome.SUCCESS);
		}
		else {
			publish(call, (critical || isError(failure)) ? Outcome.FAILURE : Outcome.FALLBACK);
		}
		if (critical || failure.isAnswer() || isError(failure)) {
			if (critical && !failure.isAnswer()) {
				remember(call, failure, failure.exception());
			}
			throw failure.exception();
		}
	}

	static boolean isError(Failure failure) {
		return !failure.isRefusal() && failure.exception() instanceof Error;
	}

	/** Nothing replaces an Error, and an interrupted critical call ends. */
	static boolean mayBeServed(Call call, Failure failure) {
		boolean critical = call.operation.policy().type() == DependencyType.CRITICAL;
		return !isError(failure) && !(critical && failure.isInterrupted());
	}

	/** The outcome for a caller whom no way out serves. */
	static Outcome unserved(Failure failure) {
		return failure.isRefusal() ? Outcome.REJECTED : Outcome.FAILURE;
	}

	static void publish(Call call, Outcome outcome) {
		call.ended(outcome);
	}

}
