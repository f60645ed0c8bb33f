package dev.resilience.registry;

import java.util.List;

import dev.resilience.BreakerState;
import org.jspecify.annotations.Nullable;

/**
 * How the last quarter of an hour of a dependency went, the oldest value first. Latencies
 * are {@code null} where there were no calls.
 *
 * @param interval of one value
 * @param until when the last one ended
 * @param throughput calls a second
 * @param errorRate share of the calls that failed
 * @param p50 half of the calls took at most so many milliseconds
 * @param p95 so did 95 of 100
 * @param p99 so did 99 of 100
 * @param saturation share of the slots or connections in use
 * @param transitions how the breaker has changed its state since the start, the last 20
 * times
 */
public record DependencyHistory(String interval, String until, List<Double> throughput, List<Double> errorRate,
		List<@Nullable Double> p50, List<@Nullable Double> p95, List<@Nullable Double> p99, List<Double> saturation,
		List<Transition> transitions) {

	/**
	 * The breaker has changed its state.
	 *
	 * @param from its state before
	 * @param to its state after
	 * @param at when
	 */
	public record Transition(BreakerState from, BreakerState to, String at) {
	}

}
