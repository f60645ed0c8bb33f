package dev.resilience.signal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The golden signals of the last quarter of an hour, the oldest first.
 *
 * @param interval of one value
 * @param throughput calls a second
 * @param errorRate share of the calls that failed
 * @param p50 half of the calls took at most so many milliseconds, {@code null} without
 * calls
 * @param p95 so did 95 of 100
 * @param p99 so did 99 of 100
 * @param saturation share of the bulkhead or connection pool in use
 */
public record Trend(Duration interval, List<Double> throughput, List<Double> errorRate, List<@Nullable Double> p50,
		List<@Nullable Double> p95, List<@Nullable Double> p99, List<Double> saturation) {

	static Trend empty(int points, int intervalSeconds) {
		return new Builder(points, intervalSeconds).build();
	}

	static final class Builder {

		private final int intervalSeconds;

		private final long[] calls;

		private final long[] errors;

		// sums, weighted with the calls
		private final double[][] latencies;

		private final double[] saturation;

		Builder(int points, int intervalSeconds) {
			this.intervalSeconds = intervalSeconds;
			this.calls = new long[points];
			this.errors = new long[points];
			this.latencies = new double[3][points];
			this.saturation = new double[points];
		}

		void add(int point, int calls, int errors, double p50, double p95, double p99, double saturation) {
			this.calls[point] += calls;
			this.errors[point] += errors;
			this.latencies[0][point] += p50 * calls;
			this.latencies[1][point] += p95 * calls;
			this.latencies[2][point] += p99 * calls;
			this.saturation[point] = Math.max(this.saturation[point], saturation);
		}

		Trend build() {
			List<Double> throughput = new ArrayList<>();
			List<Double> errorRate = new ArrayList<>();
			for (int i = 0; i < this.calls.length; i++) {
				throughput.add(round(this.calls[i] / (double) this.intervalSeconds));
				errorRate.add((this.calls[i] == 0) ? 0.0 : round(this.errors[i] / (double) this.calls[i]));
			}
			return new Trend(Duration.ofSeconds(this.intervalSeconds), throughput, errorRate, mean(0), mean(1), mean(2),
					Arrays.stream(this.saturation).map(Builder::round).boxed().toList());
		}

		private List<@Nullable Double> mean(int percentile) {
			List<@Nullable Double> means = new ArrayList<>();
			for (int i = 0; i < this.calls.length; i++) {
				means.add((this.calls[i] == 0) ? null : round(this.latencies[percentile][i] / this.calls[i]));
			}
			return means;
		}

		// a picture needs no more
		private static double round(double value) {
			return Math.round(value * 1000) / 1000.0;
		}

	}

}
