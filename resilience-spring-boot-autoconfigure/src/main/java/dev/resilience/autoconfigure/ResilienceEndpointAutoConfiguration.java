package dev.resilience.autoconfigure;

import dev.resilience.actuate.ChangeAudit;
import dev.resilience.actuate.DeliveryOperations;
import dev.resilience.actuate.IntegrationsEndpoint;
import dev.resilience.actuate.IntegrationsPage;
import dev.resilience.actuate.QuarantineReads;
import dev.resilience.actuate.ReturnAudit;
import dev.resilience.registry.DeadLetters;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.DurableBacklogs;
import dev.resilience.registry.PolicyChanges;
import dev.resilience.signal.Quarantine;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the endpoint {@code integrations}.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(endpoint = IntegrationsEndpoint.class)
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
@EnableConfigurationProperties(IntegrationsEndpointProperties.class)
public final class ResilienceEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	IntegrationsPage integrationsPage(ObjectProvider<PathMappedEndpoints> paths, ResourceLoader resources) {
		EndpointId id = EndpointId.of("integrations");
		return new IntegrationsPage(() -> {
			PathMappedEndpoints mapped = paths.getIfAvailable();
			String path = (mapped != null) ? mapped.getRootPath(id) : null;
			return (path != null) ? path : id.toString();
		}, CsrfHeaders.ofServlets(resources.getClassLoader()));
	}

	@Bean
	@ConditionalOnMissingBean
	IntegrationsEndpoint integrationsEndpoint(DependencyRegistry registry, DependencyMapReader map,
			PolicyChanges changes, ApplicationEventPublisher publisher, ObjectProvider<Quarantine> quarantine,
			ObjectProvider<EndpointAccessResolver> access, ObjectProvider<DurableBacklogs> backlogs,
			ObjectProvider<DeadLetters> deadLetters, IntegrationsEndpointProperties properties) {
		EndpointAccessResolver resolver = access.getIfAvailable(() -> (endpoint, byDefault) -> byDefault);
		boolean writeAccess = resolver.accessFor(EndpointId.of("integrations"),
				Access.READ_ONLY) == Access.UNRESTRICTED;
		ChangeAudit audit = new ChangeAudit(publisher, CurrentUser.users(null).caller());
		return new IntegrationsEndpoint(registry, map, changes, audit,
				new QuarantineReads(quarantine.getIfAvailable(), writeAccess),
				new DeliveryOperations(backlogs.getIfAvailable(() -> DurableBacklogs.NONE),
						deadLetters.getIfAvailable(), properties.showValues(), properties.roles(), audit),
				writeAccess);
	}

	@Bean
	ReturnAudit resilienceReturnAudit(EventPublication publication) {
		return new ReturnAudit(publication::publish);
	}

}
