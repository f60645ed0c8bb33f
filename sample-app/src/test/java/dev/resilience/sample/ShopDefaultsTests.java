package dev.resilience.sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shop as it starts without any further settings.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
class ShopDefaultsTests {

	private final RestTestClient client;

	private final ShopDriver shop;

	ShopDefaultsTests(@Autowired RestTestClient client) {
		this.client = client;
		this.shop = new ShopDriver(client);
	}

	@ParameterizedTest
	@CsvSource({ "payments, CRITICAL, PT10S", "inventory, CRITICAL, PT5S", "recommendations, DEGRADED, PT2S",
			"notifications, OPTIONAL, PT3S" })
	void theMapShowsTheDependency(String name, String type, String timeout) {
		JsonNode dependency = this.shop.map().path("dependencies").path(name);
		assertThat(dependency.path("type").asString()).isEqualTo(type);
		assertThat(dependency.path("timeout").asString()).isEqualTo(timeout);
		assertThat(dependency.path("description").asString()).isNotEmpty();
		assertThat(dependency.path("breaker").path("state").asString()).isEqualTo("CLOSED");
		assertThat(dependency.path("healthCheck").path("url").asString())
			.isEqualTo(this.shop.partners().path(name).path("url").asString() + "/health");
	}

	@Test
	void theMapShowsTheShopAndNothingElse() {
		JsonNode map = this.shop.map();
		assertThat(map.path("application").asString()).isEqualTo("shop");
		assertThat(map.path("dependencies").propertyNames()).containsExactlyInAnyOrder("payments", "inventory",
				"recommendations", "notifications");
		assertThat(map.path("dependencies").path("inventory").path("operations").size()).isEqualTo(2);
	}

	@Test
	void theSwitchIsReadOnly() {
		assertThat(this.shop.post("/actuator/integrations/payments", "{\"position\": \"off\", \"reason\": \"x\"}")
			.status()).isEqualTo(405);
	}

	@Test
	void anUnknownDependencyIsNotFound() {
		this.client.get().uri("/actuator/integrations/nobody").exchange().expectStatus().isNotFound();
	}

	@Test
	void ordersAreMeasured() {
		assertThat(this.shop.order().status()).isEqualTo(201);
		this.client.get().uri("/actuator/metrics/resilience.calls").exchange().expectStatus().isOk();
		this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((metrics) -> assertThat(metrics).contains("resilience_calls_seconds_count{dependency=\"payments\""));
	}

	@Test
	void healthIsUp() {
		this.client.get().uri("/actuator/health").exchange().expectStatus().isOk();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/app.js", "/style.css" })
	void thePageIsServed(String path) {
		this.client.get().uri(path).exchange().expectStatus().isOk();
	}

	@Test
	void anUnknownPartnerIsNotFound() {
		assertThat(this.shop.fault("nobody", "none").status()).isEqualTo(404);
	}

	@Test
	void anUnknownFaultIsRefusedWithTheAllowedOnes() {
		ShopDriver.Reply reply = this.shop.fault("payments", "explode");
		assertThat(reply.status()).isEqualTo(400);
		assertThat(reply.body().path("detail").asString()).contains("explode", "none, hang, slow, error, refuse,");
		assertThat(this.shop.partners().path("payments").path("mode").asString()).isEqualTo("none");
	}

}
