package dev.resilience.policy;

/**
 * What becomes of a fire-and-forget call that fails.
 */
public enum Delivery {

	/** Its fallback runs, else it is logged and counted. */
	BEST_EFFORT,

	/** It is stored and delivered later. */
	DURABLE

}
