package dev.resilience.signal;

/**
 * The response to which a call contributes: is told when a way out had to serve.
 */
@FunctionalInterface
public interface DegradedResponse {

	/**
	 * A way out served a part of the response.
	 * @param dependency the dependency that failed
	 */
	void degradedBy(String dependency);

}
