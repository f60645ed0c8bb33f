package dev.resilience.signal;

import java.time.Duration;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which exceptions were failures of critical dependencies, for as long as they
 * live, so that a web response can tell them from the application's own errors.
 */
public final class FailedCalls {

	private static final int LONGEST_CHAIN = 64;

	private final WeakIdentityMap<Throwable, FailedCall> calls = new WeakIdentityMap<>();

	/**
	 * Remember a failure.
	 * @param exception what the caller is about to see
	 * @param call the call that failed
	 */
	public void add(Throwable exception, FailedCall call) {
		this.calls.put(exception, call);
	}

	/**
	 * Find the failed call that an exception or one of its causes stands for.
	 * @param exception the exception that nobody caught
	 * @return the failed call, {@code null} if there is none
	 */
	public @Nullable FailedCall find(Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			FailedCall call = this.calls.get(link);
			if (call != null) {
				return call;
			}
			link = link.getCause();
		}
		return null;
	}

	/**
	 * A call of a critical dependency that failed.
	 *
	 * @param dependency the name of the dependency
	 * @param failure the kind of failure
	 * @param retryAfter when trying again makes sense, if known
	 */
	public record FailedCall(String dependency, FailureKind failure, @Nullable Duration retryAfter) {
	}

}
