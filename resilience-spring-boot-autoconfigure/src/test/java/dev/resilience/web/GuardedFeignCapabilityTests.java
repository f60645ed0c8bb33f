package dev.resilience.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import dev.resilience.DependencyCallHolder;
import dev.resilience.DependencyTimeoutException;
import feign.AsyncFeign;
import feign.Feign;
import feign.FeignException;
import feign.Headers;
import feign.Param;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link GuardedFeignCapability} over real sockets.
 */
@ParameterizedClass
@MethodSource("clients")
class GuardedFeignCapabilityTests {

	private static final GuardedFeignCapability CAPABILITY = new GuardedFeignCapability(
			new OutboundHeaders("X-Time", Duration.ofMillis(50)));

	private static Partner partner;

	private final CountingCall call = new CountingCall();

	private final BiConsumer<String, String> client;

	GuardedFeignCapabilityTests(BiConsumer<String, String> client) {
		this.client = client;
	}

	static Stream<Named<BiConsumer<String, String>>> clients() {
		return Stream.of(Named.of("Feign", GuardedFeignCapabilityTests::feign),
				Named.of("Feign, without a body", GuardedFeignCapabilityTests::feignWithoutBody),
				Named.of("AsyncFeign", GuardedFeignCapabilityTests::asyncFeign));
	}

	private static void feign(String url, String key) {
		Feign.builder()
			.addCapability(CAPABILITY)
			.retryer(new Retryer.Default(1, 1, 3))
			.target(Orders.class, url)
			.put("order", key);
	}

	private static void feignWithoutBody(String url, String key) {
		Feign.builder()
			.addCapability(CAPABILITY)
			.retryer(new Retryer.Default(1, 1, 3))
			.target(Orders.class, url)
			.confirm(key);
	}

	private static void asyncFeign(String url, String key) {
		try {
			AsyncFeign.<Object>builder()
				.addCapability(CAPABILITY)
				.retryer(new Retryer.Default(1, 1, 3))
				.target(AsyncOrders.class, url)
				.put("order", key)
				.join();
		}
		catch (CompletionException ex) {
			Throwable cause = (ex.getCause() instanceof ExecutionException wrapper) ? wrapper.getCause()
					: ex.getCause();
			throw (RuntimeException) cause;
		}
	}

	private void put(String url) {
		this.client.accept(url, null);
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
		assertThatExceptionOfType(FeignException.InternalServerError.class)
			.isThrownBy(() -> put(partner.url("/error")));
		assertThat(this.call.left()).isEqualTo(2);
	}

	@Test
	void countsARequestThatWasSentAndNotAnsweredAndLeavesRepeatingToTheGuard() {
		int before = partner.requests();
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(RetryableException.class).isThrownBy(() -> put(partner.url("/drop")));
		assertThat(this.call.left()).isEqualTo(1);
		assertThat(partner.requests()).isEqualTo(before + 1);
	}

	@Test
	void takesBackARequestThatFoundNoConnection() {
		DependencyCallHolder.set(this.call);
		assertThatExceptionOfType(RetryableException.class).isThrownBy(() -> put(Partner.closedUrl()));
		assertThat(this.call.announced()).isEqualTo(1);
		assertThat(this.call.left()).isZero();
	}

	@Test
	void sendsTheKeyOfEachRequestAndWhatIsLeft() {
		DependencyCallHolder.set(this.call.withKeys().withLeft(Duration.ofMillis(1000)));
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-1");
		assertThat(partner.received("X-Time")).containsExactly("950");
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).containsExactly("key-2");
	}

	@Test
	void leavesHeadersAloneThatAreThere() {
		DependencyCallHolder.set(this.call.withKeys());
		this.client.accept(partner.url("/ok"), "own");
		assertThat(partner.received("Idempotency-Key")).containsExactly("own");
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
	void leavesRequestsOutsideGuardedCallsAlone() {
		int before = partner.requests();
		assertThatExceptionOfType(RetryableException.class).isThrownBy(() -> put(partner.url("/drop")));
		// without a body the JDK's client repeats too
		assertThat(partner.requests()).isGreaterThanOrEqualTo(before + 3);
		put(partner.url("/ok"));
		assertThat(partner.received("Idempotency-Key")).isEmpty();
		assertThat(this.call.announced()).isZero();
	}

	interface Orders {

		@RequestLine("PUT ")
		@Headers("idempotency-key: {key}")
		void put(String order, @Param("key") String key);

		@RequestLine("POST ")
		@Headers("idempotency-key: {key}")
		void confirm(@Param("key") String key);

	}

	interface AsyncOrders {

		@RequestLine("PUT ")
		@Headers("idempotency-key: {key}")
		CompletableFuture<Void> put(String order, @Param("key") String key);

	}

}
