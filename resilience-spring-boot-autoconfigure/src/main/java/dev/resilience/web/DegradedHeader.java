package dev.resilience.web;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The header of a response that was served with the help of a fallback.
 *
 * @param exposeNames whether it names the failed dependencies
 */
record DegradedHeader(boolean exposeNames) {

	static final String NAME = "X-Degraded";

	private static final String SEPARATOR = ", ";

	/**
	 * Add a dependency to the header.
	 * @param value the present value, {@code null} if there is none
	 * @param dependency the dependency that failed
	 * @return the new value
	 */
	String add(@Nullable String value, String dependency) {
		if (!this.exposeNames) {
			return "true";
		}
		if (value == null) {
			return dependency;
		}
		return Arrays.asList(value.split(SEPARATOR)).contains(dependency) ? value : value + SEPARATOR + dependency;
	}

}
