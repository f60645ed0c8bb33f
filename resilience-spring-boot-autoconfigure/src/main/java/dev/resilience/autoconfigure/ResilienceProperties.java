package dev.resilience.autoconfigure;

import java.util.EnumMap;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Everything under {@code resilience}. A misspelt key is refused, not ignored.
 *
 * @param enabled whether dependencies are guarded at all.
 * @param types defaults for all dependencies of a type.
 * @param dependencies settings of dependencies, by their names.
 * @param health how failing dependencies show in the application's health.
 * @param web what callers over HTTP see of failed dependencies.
 */
@ConfigurationProperties(prefix = "resilience", ignoreUnknownFields = false)
record ResilienceProperties(@DefaultValue("true") boolean enabled, @DefaultValue Types types,
		@DefaultValue Map<String, Settings> dependencies, @DefaultValue Health health, @DefaultValue Web web) {

	Map<DependencyType, Settings> settingsByType() {
		Map<DependencyType, Settings> settings = new EnumMap<>(DependencyType.class);
		put(settings, DependencyType.CRITICAL, this.types.critical());
		put(settings, DependencyType.DEGRADED, this.types.degraded());
		put(settings, DependencyType.OPTIONAL, this.types.optional());
		return settings;
	}

	private static void put(Map<DependencyType, Settings> settings, DependencyType type, @Nullable Settings own) {
		if (own != null) {
			settings.put(type, own);
		}
	}

	/**
	 * Defaults for all dependencies of a type.
	 *
	 * @param critical defaults for critical dependencies.
	 * @param degraded defaults for degraded dependencies.
	 * @param optional defaults for optional dependencies.
	 */
	record Types(@NestedConfigurationProperty @Nullable Settings critical,
			@NestedConfigurationProperty @Nullable Settings degraded,
			@NestedConfigurationProperty @Nullable Settings optional) {
	}

	/**
	 * How failing dependencies show in the application's health.
	 *
	 * @param degradedStatus status to report while a dependency is failing, for example
	 * DEGRADED. Default: UP, because an outage of somebody else's system must not take
	 * this instance out of rotation.
	 * @param failOnCritical whether a failing critical dependency makes the health DOWN.
	 */
	record Health(@Nullable String degradedStatus, @DefaultValue("false") boolean failOnCritical) {
	}

	/**
	 * What callers over HTTP see of failed dependencies.
	 *
	 * @param problemDetails whether an uncaught failure of a critical dependency becomes
	 * problem details (502, 503 or 504).
	 * @param exposeNames whether responses name the failed dependencies.
	 */
	record Web(@DefaultValue("true") boolean problemDetails, @DefaultValue("false") boolean exposeNames) {
	}

}
