package dev.resilience.sample;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.resilience.sample.ShopDriver.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpHeaders;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The shop takes orders over real sockets while its partners break.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@ActiveProfiles("fast")
@Timeout(120)
class ShopTests {

	/** What {@code application-fast.yml} says. */
	private static final Duration TIMEOUT = Duration.ofMillis(1500);

	private final ShopDriver shop;

	ShopTests(@Autowired RestTestClient client) {
		this.shop = new ShopDriver(client);
	}

	@BeforeEach
	void heal() {
		this.shop.heal();
	}

	@Test
	void takesAnOrder() {
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(201);
		assertThat(order.body().path("status").asString()).isEqualTo("COMPLETED");
		assertThat(order.body().path("paymentId").asString()).startsWith("pay-");
		assertThat(recommendations(order)).contains("espresso machine");
		assertThat(order.degraded()).isFalse();
	}

	@Test
	void refusesAnInvalidOrder() {
		long requests = this.shop.requests("inventory");
		Reply order = this.shop.order(" ");
		assertThat(order.status()).isEqualTo(400);
		assertThat(order.body().path("field").asString()).isEqualTo("customer");
		assertThat(this.shop.requests("inventory")).isEqualTo(requests);
	}

	@ParameterizedTest
	@ValueSource(strings = { "hang", "slow", "error", "refuse", "corrupt", "partial", "rate-limit" })
	void noFaultOfTheNotificationsIsNoticed(String mode) {
		this.shop.fault("notifications", mode);
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(201);
		assertThat(order.took()).isLessThan(Duration.ofSeconds(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "hang", "error", "refuse", "corrupt", "partial", "rate-limit" })
	void everyFaultOfTheRecommendationsMeansBestSellers(String mode) {
		this.shop.fault("recommendations", mode);
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(201);
		assertThat(recommendations(order)).contains("coffee beans");
		assertThat(order.headers().getFirst("X-Degraded")).isEqualTo("true");
		assertThat(order.took()).isLessThan(TIMEOUT.plusSeconds(1));
	}

	@Test
	void aSlowPartnerDelaysAnOrderAndNoMore() {
		this.shop.fault("inventory", "slow");
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(201);
		assertThat(order.degraded()).isFalse();
	}

	@Test
	void failingPaymentsAre502UntilTheBreakerOpensAndThen503WithoutACall() {
		this.shop.fault("payments", "error");
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> orderMakesOneRequest(502), (again) -> !again);
		assertThat(this.shop.breaker("payments")).isEqualTo("OPEN");
		long requests = this.shop.requests("payments");
		List<Reply> refused = Stream.generate(this.shop::order).limit(5).toList();
		assertThat(refused).allSatisfy((order) -> {
			assertThat(order.status()).isEqualTo(503);
			assertThat(retryAfter(order)).isPositive();
		});
		assertThat(refused).extracting(Reply::took).anyMatch((took) -> took.toMillis() < 50);
		assertThat(this.shop.requests("payments")).isEqualTo(requests);
		assertThat(this.shop.dependency("payments").path("status").asString()).isEqualTo("DOWN");
		assertThat(this.shop.map().path("status").asString()).isEqualTo("DOWN");
	}

	/**
	 * Place an order that is either charged once, and fails as expected, or refused.
	 * @return whether it made a request
	 */
	private boolean orderMakesOneRequest(int expectedStatus) {
		long requests = this.shop.requests("payments");
		Reply order = this.shop.order();
		if (order.status() == 503) {
			return false;
		}
		assertThat(order.status()).isEqualTo(expectedStatus);
		assertThat(this.shop.requests("payments")).isEqualTo(requests + 1);
		return true;
	}

	@Test
	void hangingPaymentsAre504AtTheDeadlineAndTheStockIsReleased() {
		this.shop.fault("payments", "hang");
		long charges = this.shop.requests("payments");
		long reservations = this.shop.requests("inventory");
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(504);
		assertThat(order.took()).isBetween(TIMEOUT.minusMillis(50), TIMEOUT.plusSeconds(1));
		assertThat(this.shop.requests("payments")).isEqualTo(charges + 1);
		assertThat(this.shop.requests("inventory")).isEqualTo(reservations + 2);
	}

	@Test
	void healedPaymentsCloseTheBreakerByThemselves() {
		this.shop.fault("payments", "refuse");
		await().until(() -> {
			this.shop.order();
			return this.shop.breaker("payments").equals("OPEN");
		});
		this.shop.fault("payments", "none");
		await().atMost(Duration.ofSeconds(30)).until(this.shop::orderIsPerfect);
		await().atMost(Duration.ofSeconds(30)).until(this.shop::breakersAreClosed);
	}

	@ParameterizedTest
	@ValueSource(strings = { "error", "refuse", "corrupt" })
	void aFailedChargeReleasesTheStock(String mode) {
		this.shop.fault("payments", mode);
		long reservations = this.shop.requests("inventory");
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(502);
		assertThat(this.shop.requests("inventory")).isEqualTo(reservations + 2);
	}

	@Test
	void aRateLimitedChargeIsNotRepeatedBeforeItsTime() {
		this.shop.fault("payments", "rate-limit");
		long requests = this.shop.requests("payments");
		assertThat(this.shop.order().status()).isIn(502, 503);
		Reply paused = this.shop.order();
		assertThat(paused.status()).isEqualTo(503);
		assertThat(retryAfter(paused)).isBetween(1L, 2L);
		assertThat(this.shop.requests("payments")).isEqualTo(requests + 1);
		assertThat(this.shop.breaker("payments")).isEqualTo("CLOSED");
	}

	@Test
	void aDeclinedCardIsAnAnswer() {
		JsonNode failures = this.shop.dependency("payments").path("failures");
		for (int i = 0; i < 2 * ShopDriver.BREAKER_WINDOW; i++) {
			long reservations = this.shop.requests("inventory");
			Reply order = this.shop.order("declined");
			assertThat(order.status()).isEqualTo(402);
			assertThat(order.body().path("title").asString()).isEqualTo("Card declined");
			assertThat(this.shop.requests("inventory")).isEqualTo(reservations + 2);
		}
		JsonNode payments = this.shop.dependency("payments");
		assertThat(payments.path("breaker").path("state").asString()).isEqualTo("CLOSED");
		assertThat(payments.path("breaker").path("failureRate").asDouble()).isZero();
		assertThat(payments.path("failures")).isEqualTo(failures);
	}

	@Test
	void partlyReservedStockIsReleasedAndNothingIsCharged() {
		this.shop.fault("inventory", "partial");
		long reservations = this.shop.requests("inventory");
		long charges = this.shop.requests("payments");
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(502);
		assertThat(this.shop.requests("inventory")).isEqualTo(reservations + 2);
		assertThat(this.shop.requests("payments")).isEqualTo(charges);
		assertThat(this.shop.dependency("inventory").path("failures").path("PARTIAL_FAILURE").asLong()).isPositive();
	}

	@Test
	void withoutStockNothingIsCharged() {
		this.shop.fault("inventory", "refuse");
		long charges = this.shop.requests("payments");
		assertThat(this.shop.order().status()).isEqualTo(502);
		assertThat(this.shop.requests("payments")).isEqualTo(charges);
	}

	@Test
	void theSwitchKeepsTheShopFromCalling() {
		assertThat(switchPayments("off", "maintenance").status()).isBetween(200, 204);
		JsonNode payments = this.shop.dependency("payments");
		assertThat(payments.path("switch").path("position").asString()).isEqualTo("OFF");
		assertThat(payments.path("breaker").path("state").asString()).isEqualTo("FORCED_OPEN");
		long requests = this.shop.requests("payments");
		assertThat(this.shop.order().status()).isEqualTo(503);
		assertThat(this.shop.requests("payments")).isEqualTo(requests);
		switchPayments("auto", "maintained");
		assertThat(this.shop.order().status()).isEqualTo(201);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"position\": \"off\", \"rea", "{\"position\": \"sideways\", \"reason\": \"x\"}", "{}" })
	void theSwitchRefusesABrokenBody(String body) {
		assertThat(this.shop.post("/actuator/integrations/payments", body).status()).isEqualTo(400);
		assertThat(this.shop.dependency("payments").path("switch").path("position").asString()).isEqualTo("AUTO");
	}

	@Test
	void theSwitchOfAnUnknownDependencyIsNotFound() {
		assertThat(
				this.shop.post("/actuator/integrations/nobody", "{\"position\": \"off\", \"reason\": \"x\"}").status())
			.isEqualTo(404);
	}

	private Reply switchPayments(String position, String reason) {
		return this.shop.post("/actuator/integrations/payments",
				"{\"position\": \"%s\", \"reason\": \"%s\"}".formatted(position, reason));
	}

	private static List<String> recommendations(Reply order) {
		return order.body().path("recommendations").valueStream().map(JsonNode::asString).toList();
	}

	private static long retryAfter(Reply reply) {
		return Long.parseLong(String.valueOf(reply.headers().getFirst(HttpHeaders.RETRY_AFTER)));
	}

}
