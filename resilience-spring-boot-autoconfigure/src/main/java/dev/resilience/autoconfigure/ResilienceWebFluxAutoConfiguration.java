package dev.resilience.autoconfigure;

import dev.resilience.signal.FailedCalls;
import dev.resilience.web.DeadlineWebFilter;
import dev.resilience.web.DegradedResponseWebFilter;
import dev.resilience.web.DependencyWebExceptionHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Auto-configuration of what callers of a Spring WebFlux application see of failed
 * dependencies.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceWebFluxAutoConfiguration {

	@Bean
	DegradedResponseWebFilter resilienceDegradedResponseFilter(ResilienceProperties properties) {
		return new DegradedResponseWebFilter(properties.web().exposeNames());
	}

	@Bean
	@ConditionalOnProperty("resilience.deadline.header")
	@ConditionalOnBooleanProperty(name = "resilience.deadline.inbound", matchIfMissing = true)
	DeadlineWebFilter resilienceDeadlineFilter(ResilienceProperties properties) {
		return new DeadlineWebFilter(properties.deadline().inboundHeader());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "resilience.web.problem-details", matchIfMissing = true)
	DependencyWebExceptionHandler resilienceWebExceptionHandler(FailedCalls failedCalls,
			ResilienceProperties properties, ServerCodecConfigurer codecs) {
		return new DependencyWebExceptionHandler(failedCalls, properties.web().exposeNames(), codecs);
	}

}
