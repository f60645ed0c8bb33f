package dev.resilience;

/**
 * What a dependency is to the application, from which its strategy follows.
 */
public enum DependencyType {

	/**
	 * The request cannot be served without it: retried when that is safe, behind a
	 * breaker, then the call fails fast and clearly.
	 */
	CRITICAL,

	/**
	 * The request is better with it: fallback method, last good value or natural empty
	 * value; the caller never sees an error.
	 */
	DEGRADED,

	/**
	 * The request does not need it: never blocks beyond its timeout, never fails the
	 * caller; a {@code void} method is fire and forget.
	 */
	OPTIONAL,

	/**
	 * Not said here: the type comes from {@code resilience.dependencies.<name>.type}, or
	 * from the only type that the dependency's other methods declare.
	 */
	UNCLASSIFIED

}
