package dev.resilience.diagnosis;

import dev.resilience.signal.Counts;
import dev.resilience.signal.Distribution;

/**
 * What a dependency usually does. Shares are rather too high than too low.
 *
 * @param errorShare share of its calls that fail
 * @param demandPerSecond calls that are wanted of it
 * @param dispersion by how much that varies more than independent calls would
 * @param retriesPerSecond attempts that are made again
 * @param p50 milliseconds that half of its calls do not exceed
 * @param p99 milliseconds that 99 of 100 do not exceed
 * @param slowMillis what is slow for it
 * @param slowShare share of its calls that is slower than that
 * @param tailMillis what is slow even for its slowest calls
 * @param tailShare share of its calls that is slower than that
 */
record Norm(double errorShare, double demandPerSecond, double dispersion, double retriesPerSecond, double p50,
		double p99, double slowMillis, double slowShare, double tailMillis, double tailShare) {

	private static final long FEWEST_CALLS = 50;

	// what fails more often than that is not well, however long it has been so
	private static final double MOST_ERRORS = 0.1;

	static Norm of(Counts counts, long seconds, double dispersion, double latencyFactor) {
		Distribution latencies = counts.latencies();
		double p50 = latencies.percentile(50);
		double p99 = latencies.percentile(99);
		return new Norm(Math.min(MOST_ERRORS, share(counts.errors(), counts.calls())),
				counts.demand() / (double) seconds, dispersion, counts.retries() / (double) seconds, p50, p99,
				p50 * latencyFactor, share(latencies.above(p50 * latencyFactor), counts.calls()), p99 * latencyFactor,
				share(latencies.above(p99 * latencyFactor), counts.calls()));
	}

	static boolean isKnownFrom(Counts counts) {
		return counts.calls() >= FEWEST_CALLS;
	}

	// what was not seen among a few may still be there
	private static double share(long part, long all) {
		return (part + 2) / (double) (all + 4);
	}

}
