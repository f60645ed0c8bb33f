package dev.resilience.diagnosis;

/**
 * In what a dependency can deviate from what it usually does.
 */
public enum DeviationSignal {

	/** Its last calls all failed, or its breaker is not closed. */
	FAILING,

	/** More of its calls fail than usual. */
	ERRORS,

	/** Its calls take longer than usual. */
	LATENCY,

	/** It is called much less than usual. */
	THROUGHPUT,

	/** It has hardly any room for more calls. */
	SATURATION,

	/** It fails so often that its retries are used up. */
	RETRY_BUDGET

}
