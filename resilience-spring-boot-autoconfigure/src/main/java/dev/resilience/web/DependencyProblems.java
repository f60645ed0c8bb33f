package dev.resilience.web;

import dev.resilience.DependencyException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.signal.DependencyLog;
import dev.resilience.signal.FailedCalls;
import dev.resilience.signal.FailedCalls.FailedCall;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Tells the failures of dependencies from the application's own errors, by the failed
 * instance itself: whatever it was wrapped in, it is found along the chain of causes.
 */
final class DependencyProblems {

	private static final int LONGEST_CHAIN = 64;

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final FailedCalls failedCalls;

	private final boolean exposeNames;

	DependencyProblems(FailedCalls failedCalls, boolean exposeNames) {
		this.failedCalls = failedCalls;
		this.exposeNames = exposeNames;
	}

	/**
	 * Answer a request that ended with an exception.
	 * @param exception the exception that nobody caught
	 * @return the answer, {@code null} if the exception is none of a dependency's
	 */
	@Nullable DependencyProblem answer(Throwable exception) {
		FailedCall call = find(exception);
		DependencyProblem problem = (call != null) ? DependencyProblem.of(call, this.exposeNames) : null;
		if (call != null && problem != null) {
			this.log.repeated(Level.WARN, call.dependency(), null,
					"A request failed with {} because of dependency '{}': {} ({})", problem.body().getStatus(),
					call.dependency(), call.failure(), exception.getClass().getName());
		}
		return problem;
	}

	private @Nullable FailedCall find(Throwable exception) {
		FailedCall call = this.failedCalls.find(exception);
		DependencyException own = firstOfOurs(exception);
		// what is found behind an exception of ours is the older failure that led to it
		boolean nearer = own != null && (call == null || call == this.failedCalls.find(own));
		return (own != null && nearer)
				? new FailedCall(own.dependency(), own.failure(),
						(own instanceof DependencyUnavailableException unavailable) ? unavailable.retryAfter() : null)
				: call;
	}

	private static @Nullable DependencyException firstOfOurs(Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link instanceof DependencyException own) {
				return own;
			}
			link = link.getCause();
		}
		return null;
	}

}
