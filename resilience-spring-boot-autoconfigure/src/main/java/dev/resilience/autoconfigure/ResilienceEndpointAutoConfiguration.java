package dev.resilience.autoconfigure;

import dev.resilience.actuate.IntegrationsEndpoint;
import dev.resilience.actuate.QuarantineReads;
import dev.resilience.actuate.ChangeAudit;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.PolicyChanges;
import dev.resilience.signal.Quarantine;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

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
			PolicyChanges changes, ApplicationEventPublisher publisher, ObjectProvider<Quarantine> quarantine,
			ObjectProvider<EndpointAccessResolver> access) {
		EndpointAccessResolver resolver = access.getIfAvailable(() -> (endpoint, byDefault) -> byDefault);
		boolean writeAccess = resolver.accessFor(EndpointId.of("integrations"),
				Access.READ_ONLY) == Access.UNRESTRICTED;
		return new IntegrationsEndpoint(registry, map, changes,
				new ChangeAudit(publisher, CurrentUser.users(null).caller()),
				new QuarantineReads(quarantine.getIfAvailable(), writeAccess));
	}

}
