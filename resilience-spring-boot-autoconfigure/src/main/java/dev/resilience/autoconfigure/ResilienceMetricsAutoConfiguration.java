package dev.resilience.autoconfigure;

import dev.resilience.metrics.DependencyMeters;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.DurableBacklogs;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters, where the application has a meter registry.
 */
@AutoConfiguration(afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceMetricsAutoConfiguration {

	@Bean
	DependencyMeters resilienceDependencyMeters(MeterRegistry meters, ObjectProvider<DependencyRegistry> registry,
			ObjectProvider<DurableBacklogs> backlogs) {
		return new DependencyMeters(meters, registry::getObject,
				() -> backlogs.getIfAvailable(() -> DurableBacklogs.NONE));
	}

}
