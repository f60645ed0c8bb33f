package dev.resilience.diagnosis;

/**
 * What is worth a warning. All of it must also be beyond what chance explains.
 *
 * @param errorRise share of the calls that has to fail more than usual
 * @param latencyFactor by how much calls have to be slower than usual
 * @param throughputDrop share of the usual calls that has to be missing
 * @param saturation share of the bulkhead or connection pool that has to be in use
 * @param surprise how improbable it has to be that calm traffic looks like this: the
 * natural logarithm of one to so many
 */
public record Thresholds(double errorRise, double latencyFactor, double throughputDrop, double saturation,
		double surprise) {

	/** What holds unless something else is configured. */
	public static final Thresholds DEFAULT = new Thresholds(0.05, 1.5, 0.5, 0.8, 25);

}
