package dev.resilience.signal;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of the time that calls took, in milliseconds.
 *
 * @param p50 half of the calls took at most this long
 * @param p95 95 of 100 calls took at most this long
 * @param p99 99 of 100 calls took at most this long
 */
public record Latency(double p50, double p95, double p99) {

	static Latency of(Histogram micros) {
		return new Latency(millis(micros, 50), millis(micros, 95), millis(micros, 99));
	}

	private static double millis(Histogram micros, double percentile) {
		return (micros.getTotalCount() == 0) ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
	}

}
