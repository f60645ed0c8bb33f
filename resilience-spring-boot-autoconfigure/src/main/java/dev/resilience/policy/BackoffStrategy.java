package dev.resilience.policy;

/**
 * How the wait between two attempts grows.
 */
public enum BackoffStrategy {

	/** By a factor: initial, initial × multiplier, initial × multiplier², … */
	EXPONENTIAL,

	/** By the initial wait: initial, 2 × initial, 3 × initial, … */
	LINEAR,

	/** Not at all. */
	FIXED

}
