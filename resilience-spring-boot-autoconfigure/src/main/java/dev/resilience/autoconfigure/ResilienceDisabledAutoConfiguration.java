package dev.resilience.autoconfigure;

import dev.resilience.Dependencies;
import dev.resilience.registry.UnguardedDependencies;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for {@code resilience.enabled=false}: beans that use
 * {@link Dependencies} still find it, and nothing is guarded.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "resilience.enabled", havingValue = false)
public final class ResilienceDisabledAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	Dependencies unguardedDependencies() {
		return new UnguardedDependencies();
	}

}
