package dev.resilience.autoconfigure;

import dev.resilience.web.GuardedExchangeFilter;
import dev.resilience.web.GuardedFeignCapability;
import dev.resilience.web.GuardedRequestInterceptor;
import dev.resilience.web.GuardedRetryStrategy;
import dev.resilience.web.OutboundHeaders;
import feign.Capability;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration of the HTTP clients that Boot builds: they tell the guard what they
 * have sent, so that it knows what may be repeated, and leave repeating to it. They tell
 * their partners by which key they recognise it, and how much time is left.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ResilienceProperties.class)
public final class ResilienceClientAutoConfiguration {

	@Bean
	OutboundHeaders resilienceOutboundHeaders(ResilienceProperties properties) {
		ResilienceProperties.Deadline deadline = properties.deadline();
		return new OutboundHeaders(deadline.outbound() ? deadline.header() : null, deadline.margin());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RestClient.class, RestClientCustomizer.class })
	static class RestClientConfiguration {

		@Bean
		RestClientCustomizer resilienceRestClientCustomizer(OutboundHeaders headers) {
			return (builder) -> builder.requestInterceptor(new GuardedRequestInterceptor(headers));
		}

		@Bean
		RestTemplateCustomizer resilienceRestTemplateCustomizer(OutboundHeaders headers) {
			return (template) -> template.getInterceptors().add(new GuardedRequestInterceptor(headers));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Capability.class)
	static class FeignConfiguration {

		@Bean
		GuardedFeignCapability resilienceFeignCapability(OutboundHeaders headers) {
			return new GuardedFeignCapability(headers);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HttpRequestRetryStrategy.class, ClientHttpRequestFactoryBuilderCustomizer.class })
	static class ApacheClientConfiguration {

		// before the application's own, which may set another strategy
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> resilienceApacheClientCustomizer() {
			return (builder) -> builder
				.withHttpClientCustomizer((client) -> client.setRetryStrategy(new GuardedRetryStrategy()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebClient.class, WebClientCustomizer.class })
	static class WebClientConfiguration {

		@Bean
		WebClientCustomizer resilienceWebClientCustomizer(OutboundHeaders headers) {
			return (builder) -> builder.filter(new GuardedExchangeFilter(headers));
		}

	}

}
