package dev.resilience.web;

import java.time.Duration;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.DependencyTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GuardedExchangeFilter} over real sockets.
 */
class GuardedExchangeFilterTests {

	private static Partner partner;

	private final CountingCall call = new CountingCall();

	private final WebClient client = client(new OutboundHeaders("X-Time", Duration.ofMillis(50)));

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
	void countsRequestsOfTheSubscriptionThatWereAnswered() {
		within(this.call, partner.url("/ok"));
		assertThat(this.call.left()).isEqualTo(1);
		assertThatExceptionOfType(WebClientResponseException.class)
			.isThrownBy(() -> within(this.call, partner.url("/error")));
		assertThat(this.call.left()).isEqualTo(2);
	}

	@Test
	void countsEachSubscriptionOfOneRequest() {
		Mono<?> request = request(partner.url("/ok"))
			.contextWrite((context) -> context.put(DependencyCall.class, this.call));
		request.then(request).block(Duration.ofSeconds(10));
		assertThat(this.call.left()).isEqualTo(2);
	}

	@Test
	void countsARequestThatWasSentAndNotAnswered() {
		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> within(this.call, partner.url("/drop")));
		assertThat(this.call.left()).isEqualTo(1);
	}

	@Test
	void takesBackARequestThatFoundNoConnection() {
		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> within(this.call, Partner.closedUrl()));
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(this.call.left()).isZero();
	}

	@Test
	void prefersTheCallOfTheSubscriptionToThatOfTheThread() {
		CountingCall outer = new CountingCall();
		DependencyCallHolder.set(outer);
		within(this.call, partner.url("/ok"));
		assertThat(this.call.left()).isEqualTo(1);
		assertThat(outer.announced()).isZero();
	}

	@Test
	void fallsBackToTheCallOfTheThread() {
		DependencyCallHolder.set(this.call);
		request(partner.url("/ok")).block(Duration.ofSeconds(10));
		assertThat(this.call.left()).isEqualTo(1);
	}

	@Test
	void sendsTheKeyOfEachRequest() {
		this.call.withKeys();
		within(this.call, partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-1");
		within(this.call, partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-2");
	}

	@Test
	void sendsWhatIsLeftOfTheAttemptAfterTheMargin() {
		this.call.withLeft(Duration.ofMillis(1000));
		within(this.call, partner.url("/ok"));
		assertThat(partner.received("X-Time")).containsExactly("950");
	}

	@Test
	void sendsAtLeastOneMillisecond() {
		this.call.withLeft(Duration.ofMillis(20));
		within(this.call, partner.url("/ok"));
		assertThat(partner.received("X-Time")).containsExactly("1");
	}

	@Test
	void leavesHeadersAloneThatAreThere() {
		this.call.withKeys().withLeft(Duration.ofMillis(1000));
		this.client.put()
			.uri(partner.url("/ok"))
			.header("idempotency-key", "own")
			.header("x-time", "7")
			.retrieve()
			.toBodilessEntity()
			.contextWrite((context) -> context.put(DependencyCall.class, this.call))
			.block(Duration.ofSeconds(10));
		assertThat(partner.received("Idempotency-Key")).containsExactly("own");
		assertThat(partner.received("X-Time")).containsExactly("7");
		assertThat(this.call.announced()).isEqualTo(1);
	}

	@Test
	void doesNotSendWhenTheTimeIsUp() {
		int before = partner.requests();
		this.call.withLeft(Duration.ZERO);
		assertThatExceptionOfType(DependencyTimeoutException.class)
			.isThrownBy(() -> within(this.call, partner.url("/ok")));
		assertThat(this.call.announced()).isZero();
		assertThat(partner.requests()).isEqualTo(before);
	}

	@Test
	void sendsNoHeadersOutsideGuardedCalls() {
		request(partner.url("/ok")).block(Duration.ofSeconds(10));
		assertThat(partner.received("Idempotency-Key")).isEmpty();
		assertThat(partner.received("X-Time")).isEmpty();
	}

	@Test
	void sendsNoHeadersThatAreNotConfigured() {
		WebClient plain = client(new OutboundHeaders(null, Duration.ZERO));
		request(plain, partner.url("/ok")).contextWrite((context) -> context.put(DependencyCall.class, this.call))
			.block(Duration.ofSeconds(10));
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(partner.received("Idempotency-Key")).isEmpty();
		assertThat(partner.received("X-Time")).isEmpty();
	}

	@Test
	void doesNotHarmRequestsOutsideGuardedCalls() {
		request(partner.url("/ok")).subscribeOn(Schedulers.parallel()).block(Duration.ofSeconds(10));
		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> request(Partner.closedUrl()).block(Duration.ofSeconds(10)));
		assertThat(this.call.announced()).isZero();
	}

	private void within(DependencyCall call, String url) {
		request(url).contextWrite((context) -> context.put(DependencyCall.class, call)).block(Duration.ofSeconds(10));
	}

	private static WebClient client(OutboundHeaders outbound) {
		return WebClient.builder().filter(new GuardedExchangeFilter(outbound)).build();
	}

	private Mono<?> request(String url) {
		return request(this.client, url);
	}

	private static Mono<?> request(WebClient client, String url) {
		return client.put().uri(url).bodyValue("order").retrieve().toBodilessEntity();
	}

}
