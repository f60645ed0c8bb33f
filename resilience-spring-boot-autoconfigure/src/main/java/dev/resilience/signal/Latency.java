package dev.resilience.signal;

/**
 * Percentiles of the time that calls took, in milliseconds.
 *
 * @param p50 half of the calls took at most this long
 * @param p95 95 of 100 calls took at most this long
 * @param p99 99 of 100 calls took at most this long
 */
public record Latency(double p50, double p95, double p99) {

	static Latency of(Distribution latencies) {
		return new Latency(latencies.percentile(50), latencies.percentile(95), latencies.percentile(99));
	}

}
