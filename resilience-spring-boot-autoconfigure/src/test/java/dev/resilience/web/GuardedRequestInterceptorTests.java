package dev.resilience.web;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.resilience.DependencyCallHolder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GuardedRequestInterceptor} over real sockets.
 */
@ParameterizedClass
@MethodSource("clients")
class GuardedRequestInterceptorTests {

	private static Partner partner;

	private final CountingCall call = new CountingCall();

	private final Consumer<String> client;

	GuardedRequestInterceptorTests(Consumer<String> client) {
		this.client = client;
	}

	static Stream<Named<Consumer<String>>> clients() {
		return Stream.of(Named.of("RestClient, JDK", restClient(new JdkClientHttpRequestFactory())),
				Named.of("RestClient, HttpURLConnection", restClient(new SimpleClientHttpRequestFactory())),
				Named.of("RestTemplate", restTemplate()));
	}

	private static Consumer<String> restClient(ClientHttpRequestFactory factory) {
		RestClient client = RestClient.builder()
			.requestFactory(factory)
			.requestInterceptor(new GuardedRequestInterceptor())
			.build();
		return (url) -> client.put().uri(url).body("order").retrieve().toBodilessEntity();
	}

	private static Consumer<String> restTemplate() {
		RestTemplate template = new RestTemplate(new JdkClientHttpRequestFactory());
		template.setInterceptors(List.of(new GuardedRequestInterceptor()));
		return (url) -> template.put(url, "order");
	}

	@BeforeAll
	static void start() {
		partner = new Partner();
	}

	@AfterAll
	static void stop() {
		partner.close();
	}

	@AfterEach
	void leaveTheCall() {
		DependencyCallHolder.set(null);
	}

	@Test
	void countsRequestsThatWereAnswered() {
		DependencyCallHolder.set(this.call);
		this.client.accept(partner.url("/ok"));
		assertThat(this.call.left()).isEqualTo(1);
		assertThatExceptionOfType(HttpServerErrorException.class)
			.isThrownBy(() -> this.client.accept(partner.url("/error")));
		assertThat(this.call.left()).isEqualTo(2);
	}

	@Test
	void countsARequestThatWasSentAndNotAnswered() {
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> this.client.accept(partner.url("/drop")));
		assertThat(this.call.left()).isEqualTo(1);
	}

	@Test
	void takesBackARequestThatFoundNoConnection() {
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> this.client.accept(Partner.closedUrl()));
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(this.call.left()).isZero();
	}

	@Test
	void doesNotHarmRequestsOutsideGuardedCalls() {
		this.client.accept(partner.url("/ok"));
		assertThatExceptionOfType(ResourceAccessException.class)
			.isThrownBy(() -> this.client.accept(Partner.closedUrl()));
		assertThat(this.call.announced()).isZero();
	}

}
