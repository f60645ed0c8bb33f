package dev.resilience.fault;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import dev.resilience.fault.PartnerCalls.Receipt;
import dev.resilience.web.GuardedFeignCapability;
import feign.Feign;
import feign.Request;
import feign.Target;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.mockito.Mockito.mock;

/**
 * The HTTP clients of a Spring user, built as Spring Boot builds them.
 */
enum Client {

	REST_CLIENT_JDK("RestClient, JDK", RestClientCalls.class, "imperative.factory=jdk"),

	REST_CLIENT_SIMPLE("RestClient, HttpURLConnection", RestClientCalls.class, "imperative.factory=simple"),

	REST_CLIENT_APACHE("RestClient, Apache", RestClientCalls.class, "imperative.factory=http-components"),

	REST_CLIENT_REACTOR("RestClient, Reactor Netty", RestClientCalls.class, "imperative.factory=reactor"),

	REST_TEMPLATE("RestTemplate, JDK", RestTemplateCalls.class, "imperative.factory=jdk"),

	HTTP_EXCHANGE("@HttpExchange, Apache", HttpExchangeConfiguration.class, "imperative.factory=http-components"),

	FEIGN("Feign", FeignConfiguration.class, "imperative.factory=jdk"),

	WEB_CLIENT("WebClient, Reactor Netty", WebClientCalls.class, "reactive.connector=reactor"),

	JDK("java.net.http", JdkCalls.class, "imperative.factory=jdk");

	private static final String PREFIX = "spring.http.clients.";

	private final String description;

	private final Class<?> configuration;

	private final String engine;

	Client(String description, Class<?> configuration, String engine) {
		this.description = description;
		this.configuration = configuration;
		this.engine = engine;
	}

	String description() {
		return this.description;
	}

	/**
	 * An application that has this client, not yet guarded.
	 * @param connectTimeout how long it waits for a connection
	 * @param readTimeout how long it waits for bytes
	 */
	ApplicationContextRunner application(Duration connectTimeout, Duration readTimeout) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
					RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
					WebClientAutoConfiguration.class, ResilienceClientAutoConfiguration.class))
			.withUserConfiguration(this.configuration, Engines.class)
			.withPropertyValues(PREFIX + this.engine, PREFIX + "connect-timeout=" + connectTimeout,
					PREFIX + "read-timeout=" + readTimeout);
	}

	/** The type of its bean that is to be guarded. */
	Class<?> type() {
		return GuardedCalls.class.isAssignableFrom(this.configuration) ? this.configuration : PartnerCalls.class;
	}

	/** The calls of its guarded bean. */
	Calls calls(ApplicationContext context) {
		return (context.getBean(type()) instanceof GuardedCalls<?> guarded) ? Calls.of(guarded)
				: Calls.of(context.getBean(PartnerCalls.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class Engines {

		/** The global ones end with the first context. */
		@Bean
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			return resources;
		}

		/** Abandoned calls keep their connections. */
		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> apachePool() {
			return (builder) -> builder.withConnectionManagerCustomizer(
					(connections) -> connections.setMaxConnTotal(1000).setMaxConnPerRoute(100));
		}

	}

	private abstract static class Plain extends GuardedCalls<Receipt> {

		@Override
		Receipt substitute(URI partner, String key) {
			return PartnerCalls.SUBSTITUTE;
		}

		@Override
		@Nullable Receipt receive(@Nullable Receipt result) {
			return result;
		}

	}

	static class RestClientCalls extends Plain {

		private final RestClient client;

		RestClientCalls(RestClient.Builder builder) {
			this.client = builder.build();
		}

		@Override
		Receipt send(URI partner, String key) {
			return this.client.post().uri(partner).body(key).retrieve().body(Receipt.class);
		}

	}

	static class RestTemplateCalls extends Plain {

		private final RestTemplate template;

		RestTemplateCalls(RestTemplateBuilder builder) {
			this.template = builder.build();
		}

		@Override
		Receipt send(URI partner, String key) {
			return this.template.postForObject(partner, key, Receipt.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HttpExchangeConfiguration {

		@Bean
		PartnerCalls calls(RestClient.Builder builder) {
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(builder.build()))
				.build()
				.createClient(PartnerCalls.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FeignConfiguration {

		@Bean
		PartnerCalls calls(GuardedFeignCapability capability, HttpClientSettings settings) {
			return Feign.builder()
				.addCapability(capability)
				.decoder((response, type) -> JsonMapper.shared()
					.readValue(response.body().asInputStream(), Receipt.class))
				.options(new Request.Options(settings.connectTimeout(), settings.readTimeout(), true))
				.target(Target.EmptyTarget.create(PartnerCalls.class));
		}

	}

	static class WebClientCalls extends GuardedCalls<Mono<Receipt>> {

		private final WebClient client;

		WebClientCalls(WebClient.Builder builder) {
			this.client = builder.build();
		}

		@Override
		Mono<Receipt> send(URI partner, String key) {
			return this.client.post().uri(partner).bodyValue(key).retrieve().bodyToMono(Receipt.class);
		}

		@Override
		Mono<Receipt> substitute(URI partner, String key) {
			return Mono.just(PartnerCalls.SUBSTITUTE);
		}

		@Override
		@Nullable Receipt receive(@Nullable Mono<Receipt> result) {
			return result.block();
		}

	}

	/** Returns responses with their status: it is the guard that judges them. */
	static class JdkCalls extends GuardedCalls<HttpResponse<String>> {

		private static final HttpResponse<String> SUBSTITUTE = mock();

		private final HttpClient client;

		private final Duration readTimeout;

		JdkCalls(HttpClientSettings settings) {
			this.client = HttpClient.newBuilder().connectTimeout(settings.connectTimeout()).build();
			this.readTimeout = settings.readTimeout();
		}

		@Override
		HttpResponse<String> send(URI partner, String key) throws Exception {
			HttpRequest request = HttpRequest.newBuilder(partner)
				.timeout(this.readTimeout)
				.POST(HttpRequest.BodyPublishers.ofString(key))
				.build();
			return this.client.send(request, HttpResponse.BodyHandlers.ofString());
		}

		@Override
		HttpResponse<String> substitute(URI partner, String key) {
			return SUBSTITUTE;
		}

		@Override
		@Nullable Receipt receive(@Nullable HttpResponse<String> result) {
			if (result == null || result == SUBSTITUTE) {
				return (result != null) ? PartnerCalls.SUBSTITUTE : null;
			}
			if (result.statusCode() != 200) {
				throw new IllegalStateException("Status " + result.statusCode());
			}
			return JsonMapper.shared().readValue(result.body(), Receipt.class);
		}

	}

}
