package dev.resilience.policy;

/**
 * What guards the calls that proxies do not see.
 */
public enum Weaving {

	/** Nothing. */
	NONE,

	/** The load-time weaver of AspectJ, which the application brings. */
	ASPECTJ

}
