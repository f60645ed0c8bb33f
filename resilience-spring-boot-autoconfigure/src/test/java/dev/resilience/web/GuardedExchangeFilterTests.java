package dev.resilience.web;

import java.time.Duration;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
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

	private final WebClient client = WebClient.builder().filter(new GuardedExchangeFilter()).build();

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
	void doesNotHarmRequestsOutsideGuardedCalls() {
		request(partner.url("/ok")).subscribeOn(Schedulers.parallel()).block(Duration.ofSeconds(10));
		assertThatExceptionOfType(WebClientRequestException.class)
			.isThrownBy(() -> request(Partner.closedUrl()).block(Duration.ofSeconds(10)));
		assertThat(this.call.announced()).isZero();
	}

	private void within(DependencyCall call, String url) {
		request(url).contextWrite((context) -> context.put(DependencyCall.class, call)).block(Duration.ofSeconds(10));
	}

	private Mono<?> request(String url) {
		return this.client.put().uri(url).bodyValue("order").retrieve().toBodilessEntity();
	}

}
