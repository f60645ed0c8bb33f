package dev.resilience.autoconfigure;

import java.security.Principal;
import java.util.function.Supplier;

import dev.resilience.actuate.IntegrationsEndpoint;
import dev.resilience.actuate.SwitchAudit;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration of the endpoint {@code integrations}.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(endpoint = IntegrationsEndpoint.class)
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	IntegrationsEndpoint integrationsEndpoint(DependencyRegistry registry, DependencyMapReader map,
			ApplicationEventPublisher publisher) {
		return new IntegrationsEndpoint(registry, map, new SwitchAudit(publisher, user()));
	}

	private static Supplier<@Nullable Principal> user() {
		return ClassUtils.isPresent("org.springframework.security.core.context.SecurityContextHolder",
				ResilienceEndpointAutoConfiguration.class.getClassLoader()) ? SecurityUser::get : () -> null;
	}

	// apart, because Spring Security may be absent
	private static final class SecurityUser {

		static @Nullable Principal get() {
			return SecurityContextHolder.getContext().getAuthentication();
		}

	}

}
