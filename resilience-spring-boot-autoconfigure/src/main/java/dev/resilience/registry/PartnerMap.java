package dev.resilience.registry;

import java.util.Map;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;

/**
 * What a partner's own map says, in short.
 *
 * @param url where it was read, without credentials
 * @param checkedAt when it was read, {@code null} if not yet
 * @param problem why it could not be read since, {@code null} if it could; what was read
 * before is kept for some minutes
 * @param application the name of the partner's application
 * @param status its status
 * @param incident its incident, {@code null} if there is none, or if it was read more
 * than a minute ago
 * @param cycle whether it is further up the chain, so that it is not followed
 * @param dependencies its dependencies by name, as far as they are followed
 */
public record PartnerMap(String url, @Nullable String checkedAt, @Nullable String problem, @Nullable String application,
		@Nullable Status status, @Nullable Incident incident, boolean cycle, Map<String, Dependency> dependencies) {

	/**
	 * An incident of a partner.
	 *
	 * @param firstToDeviate which of its dependencies deviated first
	 * @param since when
	 * @param advice what it says
	 */
	public record Incident(String firstToDeviate, @Nullable String since, @Nullable String advice) {
	}

	/**
	 * A dependency of a partner.
	 *
	 * @param type what it is to the partner
	 * @param status how it is
	 * @param map its own map, {@code null} if the partner does not follow it
	 */
	public record Dependency(@Nullable DependencyType type, @Nullable Status status, @Nullable PartnerMap map) {
	}

}
