package dev.resilience.policy;

/**
 * What happens when a bean calls a guarded method of its own, which its proxy does not
 * see.
 */
public enum SelfInvocation {

	/** A warning in the log, with class and line. */
	WARN,

	/** The application does not start. */
	FAIL,

	/** Nobody looks. */
	IGNORE

}
