package dev.resilience.signal;

import java.time.Duration;

/**
 * The golden signals of a dependency.
 *
 * @param window the time they look back on
 * @param throughput calls a second
 * @param errorRate share of the calls that failed, 0 to 1
 * @param latency how long calls took
 * @param recentCalls the calls of the last quarter of an hour
 * @param saturation share of the bulkhead that is in use, 0 to 1
 */
public record Signals(Duration window, double throughput, double errorRate, Latency latency, CallCounts recentCalls,
		double saturation) {
}
