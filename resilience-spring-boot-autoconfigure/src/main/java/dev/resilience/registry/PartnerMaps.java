package dev.resilience.registry;

import java.util.List;

import dev.resilience.policy.DependencyPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Follows the maps of partners.
 */
public class PartnerMaps {

	@Nullable PartnerMap of(DependencyPolicy policy) {
		return null;
	}

	/** What is behind a partner and deviated first, from the outside to the innermost. */
	List<String> deviatedFirst(DependencyPolicy policy) {
		return List.of();
	}

}
