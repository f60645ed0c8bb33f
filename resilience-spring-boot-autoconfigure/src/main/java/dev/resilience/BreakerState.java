package dev.resilience;

/**
 * The state of a breaker, as the map shows it.
 */
public enum BreakerState {

	/** Calls go through. */
	CLOSED,

	/** Calls are refused. */
	OPEN,

	/** A few calls go through as probes. */
	HALF_OPEN,

	/** The dependency is switched off. */
	FORCED_OPEN,

	/** The dependency is switched to bypass, or has no breaker. */
	DISABLED

}
