package dev.resilience.registry;

/**
 * The status of a dependency, or of all of them; later ones are worse.
 */
public enum Status {

	/** Never called. */
	UNKNOWN,

	/** All is well. */
	UP,

	/**
	 * A dependency that is not critical is failing or switched off, or there are
	 * warnings.
	 */
	DEGRADED,

	/** A critical dependency is failing or switched off. */
	DOWN

}
