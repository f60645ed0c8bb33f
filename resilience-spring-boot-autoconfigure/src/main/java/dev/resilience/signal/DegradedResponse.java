package dev.resilience.signal;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The response to which a call contributes: is told when a way out had to serve.
 */
@FunctionalInterface
public interface DegradedResponse {

	/**
	 * A way out served a part of the response.
	 * @param dependency the dependency that failed
	 * @param age how old what it served is, {@code null} if it is not from an earlier
	 * time
	 */
	void degradedBy(String dependency, @Nullable Duration age);

}
