package dev.resilience.autoconfigure;

import dev.resilience.diagnosis.Incidents;
import dev.resilience.guard.Environment;
import dev.resilience.guard.Threads;
import dev.resilience.registry.ConnectionPools;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyMonitor;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.DurableBacklogs;
import dev.resilience.registry.HealthChecks;
import dev.resilience.registry.PartnerMaps;
import dev.resilience.signal.Quarantine;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.io.ResourceLoader;

/**
 * What is known of the dependencies: their health checks, what the monitor finds, the
 * maps of partners, and the map that shows it.
 */
@Configuration(proxyBeanMethods = false)
class MapConfiguration {

	@Bean
	HealthChecks resilienceHealthChecks(Threads threads) {
		return new HealthChecks(threads.timer(), threads.workers());
	}

	@Bean
	DependencyMapReader resilienceDependencyMapReader(org.springframework.core.env.Environment properties,
			DependencyRegistry registry, HealthChecks healthChecks, DependencyMonitor monitor, PartnerMaps partners,
			ObjectProvider<Quarantine> quarantine, ObjectProvider<DurableBacklogs> backlogs) {
		return new DependencyMapReader(properties.getProperty("spring.application.name"), registry, healthChecks,
				monitor, partners, quarantine.getIfAvailable(), backlogs.getIfAvailable(() -> DurableBacklogs.NONE));
	}

	@Bean
	Incidents resilienceIncidents(ObjectProvider<Incidents.Listener> listeners) {
		return new Incidents(listeners.orderedStream().toList());
	}

	@Bean
	DependencyMonitor resilienceDependencyMonitor(DependencyRegistry registry, ConnectionPools pools,
			ResilienceProperties properties, Incidents incidents, Threads threads) {
		return new DependencyMonitor(registry, pools, properties.warnings().thresholds(), incidents, threads.timer(),
				threads.workers());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static DataSourcePools resilienceConnectionPools(ConfigurableListableBeanFactory beans,
			ObjectProvider<PoolReader> reader) {
		return new DataSourcePools(beans, reader);
	}

	@Bean
	PartnerMaps resiliencePartnerMaps(org.springframework.core.env.Environment properties, Threads threads,
			ResourceLoader resources) {
		return new PartnerMaps(properties.getProperty("spring.application.name"), threads.timer(), threads.workers(),
				System::nanoTime, resources.getClassLoader());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DataSourcePoolMetadataProvider.class)
	static class ConnectionPoolConfiguration {

		@Bean
		PoolReader resiliencePoolReader(ObjectProvider<DataSourcePoolMetadataProvider> providers) {
			return new MetadataPoolReader(providers.orderedStream().toList());
		}

	}

}
