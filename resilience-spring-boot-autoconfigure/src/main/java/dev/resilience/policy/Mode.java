package dev.resilience.policy;

/**
 * Whether what is decided for the calls of a dependency also happens to them.
 */
public enum Mode {

	/** It does. */
	ENFORCE,

	/**
	 * It does not: calls are made as if nobody guarded them, and what would have become
	 * of them is recorded.
	 */
	OBSERVE

}
