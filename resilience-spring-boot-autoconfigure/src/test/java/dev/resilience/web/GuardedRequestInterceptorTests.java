package dev.resilience.web;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.resilience.DependencyCallHolder;
import dev.resilience.DependencyTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
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

	private final Function<OutboundHeaders, Client> clients;

	private final Client client;

	GuardedRequestInterceptorTests(Function<OutboundHeaders, Client> clients) {
		this.clients = clients;
		this.client = client(new OutboundHeaders("X-Time", Duration.ofMillis(50)));
	}

	static Stream<Named<Function<OutboundHeaders, Client>>> clients() {
		return Stream.of(Named.of("RestClient, JDK", restClient(new JdkClientHttpRequestFactory())),
				Named.of("RestClient, HttpURLConnection", restClient(new SimpleClientHttpRequestFactory())),
				Named.of("RestTemplate", restTemplate()));
	}

	private static Function<OutboundHeaders, Client> restClient(ClientHttpRequestFactory factory) {
		return (outbound) -> {
			RestClient client = RestClient.builder()
				.requestFactory(factory)
				.requestInterceptor(new GuardedRequestInterceptor(outbound))
				.build();
			return (url, headers) -> client.put()
				.uri(url)
				.headers((own) -> own.addAll(headers))
				.body("order")
				.retrieve()
				.toBodilessEntity();
		};
	}

	private static Function<OutboundHeaders, Client> restTemplate() {
		return (outbound) -> {
			RestTemplate template = new RestTemplate(new JdkClientHttpRequestFactory());
			template.setInterceptors(List.of(new GuardedRequestInterceptor(outbound)));
			return (url, headers) -> template.exchange(url, HttpMethod.PUT, new HttpEntity<>("order", headers),
					Void.class);
		};
	}

	private Client client(OutboundHeaders outbound) {
		return this.clients.apply(outbound);
	}

	private void put(String url) {
		this.client.put(url, new HttpHeaders());
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
		put(partner.url("/ok"));
		assertThat(this.call.left()).isEqualTo(1);
		assertThatExceptionOfType(HttpServerErrorException.class).isThrownBy(() -> put(partner.url("/error")));
		assertThat(this.call.left()).isEqualTo(2);
	}

	@Test
	void countsARequestThatWasSentAndNotAnswered() {
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> put(partner.url("/drop")));
		assertThat(this.call.left()).isEqualTo(1);
	}

	@Test
	void takesBackARequestThatFoundNoConnection() {
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> put(Partner.closedUrl()));
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(this.call.left()).isZero();
	}

	@Test
	void sendsTheKeyOfEachRequest() {
		DependencyCallHolder.set(this.call.withKeys());
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-1");
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-2");
	}

	@Test
	void sendsWhatIsLeftOfTheAttemptAfterTheMargin() {
		DependencyCallHolder.set(this.call.withLeft(Duration.ofMillis(1000)));
		put(partner.url("/ok"));
		assertThat(partner.received("X-Time")).containsExactly("950");
	}

	@Test
	void sendsAtLeastOneMillisecond() {
		DependencyCallHolder.set(this.call.withLeft(Duration.ofMillis(20)));
		put(partner.url("/ok"));
		assertThat(partner.received("X-Time")).containsExactly("1");
	}

	@Test
	void leavesHeadersAloneThatAreThere() {
		DependencyCallHolder.set(this.call.withKeys().withLeft(Duration.ofMillis(1000)));
		HttpHeaders own = new HttpHeaders();
		own.set("idempotency-key", "own");
		own.set("x-time", "7");
		this.client.put(partner.url("/ok"), own);
		assertThat(partner.received("Idempotency-Key")).containsExactly("own");
		assertThat(partner.received("X-Time")).containsExactly("7");
		assertThat(this.call.announced()).isEqualTo(1);
	}

	@Test
	void doesNotSendWhenTheTimeIsUp() {
		int before = partner.requests();
		DependencyCallHolder.set(this.call.withLeft(Duration.ZERO));
		assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> put(partner.url("/ok")));
		assertThat(this.call.announced()).isZero();
		assertThat(partner.requests()).isEqualTo(before);
	}

	@Test
	void sendsNoHeadersOutsideGuardedCalls() {
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).isEmpty();
		assertThat(partner.received("X-Time")).isEmpty();
	}

	@Test
	void sendsNoHeadersThatAreNotConfigured() {
		DependencyCallHolder.set(this.call);
		client(new OutboundHeaders(null, Duration.ZERO)).put(partner.url("/ok"), new HttpHeaders());
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(partner.received("Idempotency-Key")).isEmpty();
		assertThat(partner.received("X-Time")).isEmpty();
	}

	@Test
	void doesNotHarmRequestsOutsideGuardedCalls() {
		put(partner.url("/ok"));
		assertThatExceptionOfType(ResourceAccessException.class).isThrownBy(() -> put(Partner.closedUrl()));
		assertThat(this.call.announced()).isZero();
	}

	private interface Client {

		void put(String url, HttpHeaders headers);

	}

}
