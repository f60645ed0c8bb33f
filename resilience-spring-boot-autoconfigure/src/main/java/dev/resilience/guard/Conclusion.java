package dev.resilience.guard;

import java.util.Arrays;

import dev.resilience.DependencyType;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls.FailedCall;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Concludes logical calls: finds the way out of a failed one, and tells the listeners how
 * it ended.
 */
final class Conclusion {

	private static final int LONGEST_CHAIN = 64;

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
		call.guard().publish(new CancelledCall(call, call.guard().now()));
	}

	/**
	 * Serves the caller of a failed call.
	 * @param response the response to which the call contributes
	 * @return what the way out offers
	 * @throws Throwable the failure, if there is no way out
	 */
	static @Nullable Object failure(Call call, Work work, Failure failure, @Nullable DegradedResponse response)
			throws Throwable {
		if (failure.isAnswer()) {
			publish(call, Outcome.SUCCESS);
			throw failure.exception();
		}
		if (isError(failure)) {
			publishFailure(call, failure);
			throw failure.exception();
		}
		boolean cancelled = failure.isInterrupted() && call.operation.policy().type() == DependencyType.CRITICAL;
		Throwable thrown = null;
		for (WayOut wayOut : call.operation.wayOuts()) {
			if (cancelled || !wayOut.serves(work, failure)) {
				continue;
			}
			try {
				Object value = wayOut.apply(work, failure);
				publish(call, Outcome.FALLBACK);
				if (response != null) {
					response.degradedBy(call.name());
				}
				return value;
			}
			catch (Exception ex) {
				thrown = ex;
				suppress(ex, failure.exception());
			}
			catch (Throwable error) {
				publishFailure(call, failure);
				throw error;
			}
		}
		publishFailure(call, failure);
		if (thrown == null) {
			thrown = failure.exception();
		}
		remember(call, failure, thrown);
		throw thrown;
	}

	private static void remember(Call call, Failure failure, Throwable thrown) {
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
	 * @return always {@code null}
	 * @throws Throwable the failure of a critical dependency
	 */
	static @Nullable Object truncated(Call call, Failure failure) throws Throwable {
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
		return null;
	}

	private static boolean isError(Failure failure) {
		return !failure.isRefusal() && failure.exception() instanceof Error;
	}

	private static void suppress(Throwable later, Throwable first) {
		if (!isCauseOf(first, later) && !isCauseOf(later, first)
				&& !Arrays.asList(later.getSuppressed()).contains(first)) {
			later.addSuppressed(first);
		}
	}

	private static boolean isCauseOf(Throwable cause, Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link == cause) {
				return true;
			}
			link = link.getCause();
		}
		return false;
	}

	private static void publishFailure(Call call, Failure failure) {
		publish(call, failure.isRefusal() ? Outcome.REJECTED : Outcome.FAILURE);
	}

	private static void publish(Call call, Outcome outcome) {
		call.ended(outcome);
		call.guard().publish(call);
	}

}
