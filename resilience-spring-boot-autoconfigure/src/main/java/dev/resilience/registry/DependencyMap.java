package dev.resilience.registry;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The map of an application's dependencies. Times are ISO-8601 texts, rates 0 to 1,
 * latencies milliseconds, throughput calls a second.
 *
 * @param application the name of the application
 * @param generatedAt when the map was drawn
 * @param status the worst status of its dependencies; unknown ones are ignored
 * @param availability what its critical dependencies leave of its availability
 * @param dependencies the dependencies by name
 */
public record DependencyMap(@Nullable String application, String generatedAt, Status status, Availability availability,
		Map<String, DependencyDescriptor> dependencies) {

	/**
	 * What the critical dependencies leave of the application's availability.
	 *
	 * @param expected the product of what they promise, {@code null} if nothing is
	 * promised
	 * @param observed the product of what was observed in the window of the signals
	 * @param downtimePerYear the time a year that follows from it
	 */
	public record Availability(@Nullable Double expected, double observed, String downtimePerYear) {
	}

}
