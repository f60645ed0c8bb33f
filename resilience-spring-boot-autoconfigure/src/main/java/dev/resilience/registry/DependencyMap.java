package dev.resilience.registry;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The map of an application's dependencies. Times are ISO-8601 texts, rates 0 to 1,
 * latencies milliseconds, throughput calls a second.
 *
 * @param application the name of the application
 * @param generatedAt when the map was drawn
 * @param startedAt since when the dependencies are looked at
 * @param status the worst status of its dependencies; unknown ones are ignored
 * @param writeAccess whether whoever reads it through the endpoint may also write
 * @param availability what its critical dependencies leave of its availability
 * @param incident what goes wrong now, {@code null} if nothing does
 * @param incidents the last ones that are over, the last one first
 * @param dependencies the dependencies by name
 */
public record DependencyMap(@Nullable String application, String generatedAt, String startedAt, Status status,
		boolean writeAccess, Availability availability, @Nullable IncidentDescriptor incident,
		List<IncidentDescriptor> incidents, Map<String, DependencyDescriptor> dependencies) {

	/**
	 * What the critical dependencies leave of the application's availability.
	 *
	 * @param expected the product of what they promise, {@code null} if none promises
	 * anything
	 * @param observed the product of what was observed in the last quarter of an hour
	 * @param downtimePerYear the time a year that follows from what is expected, or from
	 * what was observed if nothing is
	 * @param costliest the dependency that costs most of it, {@code null} if none costs
	 * any
	 */
	public record Availability(@Nullable Double expected, double observed, String downtimePerYear,
			@Nullable String costliest) {
	}

}
