package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;

import dev.resilience.FailureKind;
import dev.resilience.guard.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a call that was not delivered.
 *
 * @param due when it is tried again, unless it is tried no more
 * @param attempts how often it was attempted
 * @param reason why it is tried no more, {@code null} if it is
 */
record Verdict(Instant due, int attempts, @Nullable DeadReason reason) {

	// a place in the bulkhead or a token of the rate limit may be free soon
	private static final Duration SOON = Duration.ofMillis(200);

	// no back-off, however it is configured, may make it spin
	private static final Duration SHORTEST = Duration.ofMillis(1);

	/**
	 * Judge a failure.
	 * @param attempts how often it was attempted before
	 */
	static Verdict of(DurableOperation operation, Failure failure, int attempts, Instant now) {
		if (failure.isInterrupted()) {
			return new Verdict(now, attempts, null);
		}
		Duration retryAfter = failure.retryAfter();
		if (failure.kind() == FailureKind.REJECTED) {
			return new Verdict(now.plus((retryAfter != null && retryAfter.compareTo(SOON) > 0) ? retryAfter : SOON),
					attempts, null);
		}
		if (isPermanent(failure)) {
			return new Verdict(now, attempts + 1, DeadReason.PERMANENT);
		}
		Verdict verdict = afterFailure(operation, attempts, now);
		Instant earliest = (retryAfter != null) ? now.plus(retryAfter) : now;
		return (verdict.reason() == null && verdict.due().isBefore(earliest))
				? new Verdict(earliest, verdict.attempts(), null) : verdict;
	}

	/** After a failure that another attempt may not meet. */
	static Verdict afterFailure(DurableOperation operation, int attempts, Instant now) {
		int made = attempts + 1;
		if (made >= operation.policy().maxAttempts()) {
			return new Verdict(now, made, DeadReason.ATTEMPTS);
		}
		Duration wait = Duration.ofNanos(operation.backoff().nanos(made));
		return new Verdict(now.plus((wait.compareTo(SHORTEST) > 0) ? wait : SHORTEST), made, null);
	}

	private static boolean isPermanent(Failure failure) {
		return failure.kind() == FailureKind.CLIENT_ERROR || failure.kind() == FailureKind.CORRUPT_DATA
				|| failure.exception() instanceof Error;
	}

}
