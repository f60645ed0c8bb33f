package dev.resilience.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.DependencyCallHolder;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.protocol.BasicHttpContext;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GuardedRetryStrategy} in the client that Boot builds, against a
 * partner that is not available.
 */
class GuardedRetryStrategyTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
						RestClientAutoConfiguration.class, ResilienceClientAutoConfiguration.class))
		.withPropertyValues("spring.http.clients.imperative.factory=http-components");

	private final AtomicInteger requests = new AtomicInteger();

	private HttpServer partner;

	@BeforeEach
	void start() throws IOException {
		this.partner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.partner.createContext("/", (exchange) -> {
			exchange.getRequestBody().readAllBytes();
			this.requests.incrementAndGet();
			exchange.sendResponseHeaders(503, -1);
			exchange.close();
		});
		this.partner.start();
	}

	@AfterEach
	void stop() {
		DependencyCallHolder.set(null);
		this.partner.stop(0);
	}

	@Test
	void leavesRepeatingToTheGuard() {
		this.runner.run((context) -> {
			DependencyCallHolder.set(new CountingCall());
			post(context);
			assertThat(this.requests).hasValue(1);
		});
	}

	@Test
	void leavesOtherRequestsAlone() throws IOException {
		HttpContext context = new BasicHttpContext();
		DefaultHttpRequestRetryStrategy strategy = new GuardedRetryStrategy();
		assertThat(strategy.retryRequest(new BasicHttpResponse(503), 1, context)).isTrue();
		assertThat(strategy.retryRequest(new BasicHttpRequest("GET", "/"), new IOException(), 1, context)).isTrue();
		assertThat(strategy.retryRequest(new BasicHttpRequest("POST", "/"), new IOException(), 1, context)).isFalse();
		DependencyCallHolder.set(new CountingCall());
		assertThat(strategy.retryRequest(new BasicHttpResponse(503), 1, context)).isFalse();
		assertThat(strategy.retryRequest(new BasicHttpRequest("GET", "/"), new IOException(), 1, context)).isFalse();
	}

	@Test
	void givesWayToTheApplicationsOwn() {
		this.runner.withUserConfiguration(OwnStrategy.class).run((context) -> {
			DependencyCallHolder.set(new CountingCall());
			post(context);
			assertThat(this.requests).hasValue(3);
		});
	}

	private void post(ApplicationContext context) {
		RestClient client = context.getBean(RestClient.Builder.class).build();
		assertThatExceptionOfType(HttpServerErrorException.ServiceUnavailable.class).isThrownBy(() -> client.post()
			.uri("http://127.0.0.1:" + this.partner.getAddress().getPort())
			.body("order")
			.retrieve()
			.toBodilessEntity());
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnStrategy {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> customizer() {
			return (builder) -> builder.withHttpClientCustomizer((client) -> client
				.setRetryStrategy(new DefaultHttpRequestRetryStrategy(2, TimeValue.ZERO_MILLISECONDS)));
		}

	}

}
