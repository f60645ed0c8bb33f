package dev.resilience.autoconfigure;

import dev.resilience.signal.Quarantine;
import dev.resilience.web.RecordingExchangeFilter;
import dev.resilience.web.RecordingFeignCapability;
import dev.resilience.web.RecordingRequestInterceptor;
import feign.Capability;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration of the quarantine: the HTTP clients that Boot builds note the
 * responses of guarded calls, and corrupt ones are kept.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("resilience.quarantine.enabled")
@EnableConfigurationProperties(ResilienceProperties.class)
public final class ResilienceQuarantineAutoConfiguration {

	@Bean
	Quarantine resilienceQuarantine(ResilienceProperties properties) {
		return new Quarantine(properties.quarantine().maxResponses(),
				Math.toIntExact(properties.quarantine().maxBody().toBytes()));
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RestClient.class, RestClientCustomizer.class })
	static class RestClientConfiguration {

		@Bean
		RestClientCustomizer resilienceRecordingRestClientCustomizer(Quarantine quarantine) {
			return (builder) -> builder.requestInterceptor(new RecordingRequestInterceptor(quarantine));
		}

		@Bean
		RestTemplateCustomizer resilienceRecordingRestTemplateCustomizer(Quarantine quarantine) {
			return (template) -> template.getInterceptors().add(new RecordingRequestInterceptor(quarantine));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Capability.class)
	static class FeignConfiguration {

		@Bean
		RecordingFeignCapability resilienceRecordingFeignCapability(Quarantine quarantine) {
			return new RecordingFeignCapability(quarantine);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebClient.class, WebClientCustomizer.class })
	static class WebClientConfiguration {

		@Bean
		WebClientCustomizer resilienceRecordingWebClientCustomizer(Quarantine quarantine) {
			return (builder) -> builder.filter(new RecordingExchangeFilter(quarantine));
		}

	}

}
