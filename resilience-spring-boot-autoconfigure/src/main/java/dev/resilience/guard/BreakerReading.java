package dev.resilience.guard;

/**
 * What a breaker looks like at a moment.
 *
 * @param state its state
 * @param failureRate share of the calls in its window that failed, 0 to 1
 * @param slowRate share of the calls in its window that were slow, 0 to 1
 * @param calls calls in its window
 * @param refused calls that it has refused since the start
 */
public record BreakerReading(BreakerState state, double failureRate, double slowRate, int calls, long refused) {

	BreakerReading withState(BreakerState state) {
		return new BreakerReading(state, this.failureRate, this.slowRate, this.calls, this.refused);
	}

}
