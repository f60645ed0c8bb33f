package dev.resilience.guard;

import java.time.Duration;

import dev.resilience.BreakerState;
import org.jspecify.annotations.Nullable;

/**
 * What a breaker looks like at a moment.
 *
 * @param state its state
 * @param failureRate share of the calls in its window that failed, 0 to 1
 * @param slowRate share of the calls in its window that were slow, 0 to 1
 * @param calls calls in its window
 * @param refused calls that it has refused since the start
 * @param retryAfter the time until it may let a call through, {@code null} if it does
 */
public record BreakerReading(BreakerState state, double failureRate, double slowRate, int calls, long refused,
		@Nullable Duration retryAfter) {

	/** As a switch makes it appear, which does not end by itself. */
	BreakerReading switchedTo(BreakerState state) {
		return new BreakerReading(state, this.failureRate, this.slowRate, this.calls, this.refused, null);
	}

}
