package dev.resilience.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.resilience.actuate.IntegrationsHealthIndicator;
import dev.resilience.registry.DependencyMapReader;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the health contributor {@code integrations}.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceHealthAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("integrations")
	@ConditionalOnMissingBean(name = "integrationsHealthIndicator")
	IntegrationsHealthIndicator integrationsHealthIndicator(DependencyMapReader map, ResilienceProperties properties) {
		return new IntegrationsHealthIndicator(map, properties.health().degradedStatus(),
				properties.health().failOnCritical());
	}

	/**
	 * A status that is not in the order would be dropped from the aggregate.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(StatusAggregator.class)
	@ConditionalOnProperty("resilience.health.degraded-status")
	static class DegradedStatusConfiguration {

		@Bean
		@ConditionalOnMissingBean
		StatusAggregator resilienceStatusAggregator(ResilienceProperties properties, Environment environment) {
			List<String> order = new ArrayList<>(Binder.get(environment)
				.bind("management.endpoint.health.status.order", Bindable.listOf(String.class))
				.orElseGet(() -> List.of(Status.DOWN.getCode(), Status.OUT_OF_SERVICE.getCode(), Status.UP.getCode(),
						Status.UNKNOWN.getCode())));
			String degraded = properties.health().degradedStatus();
			if (degraded != null && indexOf(degraded, order) < 0) {
				// worse than up, better than what takes the instance out of rotation
				int up = indexOf(Status.UP.getCode(), order);
				order.add((up >= 0) ? up : order.size(), degraded);
			}
			return StatusAggregator.of(order);
		}

		// the order may be written in lower case
		private static int indexOf(String status, List<String> order) {
			return order.stream()
				.map((each) -> each.toUpperCase(Locale.ROOT))
				.toList()
				.indexOf(status.toUpperCase(Locale.ROOT));
		}

	}

}
