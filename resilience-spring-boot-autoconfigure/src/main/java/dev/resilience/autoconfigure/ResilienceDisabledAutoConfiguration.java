package dev.resilience.autoconfigure;

import dev.resilience.Dependencies;
import dev.resilience.ReactiveDependencies;
import dev.resilience.registry.UnguardedDependencies;
import dev.resilience.registry.UnguardedReactiveDependencies;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

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

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveDependencies unguardedReactiveDependencies() {
			return new UnguardedReactiveDependencies();
		}

	}

}
