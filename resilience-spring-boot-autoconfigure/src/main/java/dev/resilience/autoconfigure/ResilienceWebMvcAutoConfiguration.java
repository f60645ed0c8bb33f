package dev.resilience.autoconfigure;

import dev.resilience.signal.FailedCalls;
import dev.resilience.web.DeadlineFilter;
import dev.resilience.web.DependencyExceptionResolver;
import dev.resilience.web.ServletDegradedResponses;
import dev.resilience.web.ServletRequestDeadline;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Auto-configuration of what callers of a Spring MVC application see of failed
 * dependencies.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceWebMvcAutoConfiguration {

	@Bean
	ServletDegradedResponses resilienceDegradedResponses(ResilienceProperties properties) {
		return new ServletDegradedResponses(properties.web().exposeNames());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "resilience.web.problem-details", matchIfMissing = true)
	DependencyExceptionResolver resilienceExceptionResolver(FailedCalls failedCalls, ResilienceProperties properties,
			RequestMappingHandlerAdapter handlers) {
		return new DependencyExceptionResolver(failedCalls, properties.web().exposeNames(),
				handlers.getMessageConverters());
	}

	/**
	 * Requests tell when their callers give up.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("resilience.deadline.header")
	@ConditionalOnBooleanProperty(name = "resilience.deadline.inbound", matchIfMissing = true)
	static class InboundDeadlineConfiguration {

		@Bean
		DeadlineFilter resilienceDeadlineFilter(ResilienceProperties properties) {
			return new DeadlineFilter(properties.deadline().inboundHeader());
		}

		@Bean
		ServletRequestDeadline resilienceRequestDeadline() {
			return new ServletRequestDeadline();
		}

	}

}
