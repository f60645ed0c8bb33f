package dev.resilience.signal;

import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.FailureKind;

/**
 * Counts calls that have failed one after the other.
 */
final class FailureStreaks {

	/** So many failed calls in a row mean that the dependency is failing. */
	private static final int FAILING_AFTER = 3;

	/** So many refusals of our credentials in a row are worth a warning. */
	private static final int UNAUTHORIZED_AFTER = 5;

	private final AtomicInteger failed = new AtomicInteger();

	private final AtomicInteger unauthorized = new AtomicInteger();

	// when the first of the calls began that have failed in a row
	private volatile long failingSinceNanos;

	void count(CallEvent event) {
		FailureKind kind = event.failure();
		if (event.isError() && kind.isCountedByBreaker()) {
			if (this.failed.get() == 0) {
				// before anybody can see that it has begun
				this.failingSinceNanos = event.endNanos() - event.durationNanos();
			}
			this.failed.incrementAndGet();
		}
		else if (event.outcome() == Outcome.SUCCESS || kind == FailureKind.CLIENT_ERROR) {
			end(this.failed);
		}
		if (event.unauthorized()) {
			this.unauthorized.incrementAndGet();
		}
		else if (event.outcome() == Outcome.SUCCESS) {
			end(this.unauthorized);
		}
	}

	// most calls end none, and need not write
	private static void end(AtomicInteger streak) {
		if (streak.get() != 0) {
			streak.set(0);
		}
	}

	int failedInARow() {
		return this.failed.get();
	}

	boolean isFailing() {
		return this.failed.get() >= FAILING_AFTER;
	}

	long failingSinceNanos() {
		return this.failingSinceNanos;
	}

	boolean isUnauthorized() {
		return this.unauthorized.get() >= UNAUTHORIZED_AFTER;
	}

}
