package dev.resilience;

/**
 * The position of a dependency's switch.
 */
public enum SwitchPosition {

	/** The mechanisms decide. */
	AUTO,

	/** Not called: every call goes straight to its way out. */
	OFF,

	/** Breaker, pause and rate limit are ignored; bulkhead and timeout never. */
	BYPASS

}
