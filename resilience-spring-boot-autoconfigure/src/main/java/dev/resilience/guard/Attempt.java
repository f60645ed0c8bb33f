package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 */
record Attempt(@Nullable Object value, @Nullable Failure failure, boolean slow, long endNanos) {

	static Attempt succeeded(Call call, @Nullable Object value, boolean late, long endNanos) {
		return new Attempt(value, null, Attempts.succeeded(call, late, endNanos), endNanos);
	}

	static Attempt failed(Failure failure, long endNanos) {
		return new Attempt(null, failure, false, endNanos);
	}

	static Attempt failed(Call call, @Nullable Throwable thrown, boolean timedOut) {
		long now = call.guard.now();
		if (thrown != null) {
			return failed(Attempts.failed(call, thrown, timedOut, now), now);
		}
		Failure failure = Attempts.timedOut(call, null);
		call.guard.attemptFailed(call, now, failure);
		return failed(failure, now);
	}

}
