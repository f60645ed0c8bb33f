package dev.resilience.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Uses the shop as its users do: over HTTP only.
 */
class ShopDriver {

	private static final List<String> PARTNERS = List.of("payments", "inventory", "recommendations", "notifications");

	/** What {@code application-fast.yml} says. */
	static final int BREAKER_WINDOW = 4;

	private final RestTestClient client;

	ShopDriver(RestTestClient client) {
		this.client = client;
	}

	/**
	 * Back to what healing alone must achieve: all is well, and no breaker remembers
	 * anything else.
	 */
	void heal() {
		PARTNERS.forEach((partner) -> assertThat(fault(partner, "none").status()).isEqualTo(200));
		await().atMost(Duration.ofSeconds(60)).until(this::orderIsPerfect);
		await().atMost(Duration.ofSeconds(60)).until(this::breakersAreClosed);
		Stream.generate(this::order)
			.limit(BREAKER_WINDOW)
			.forEach((order) -> assertThat(order.status()).isEqualTo(201));
	}

	boolean orderIsPerfect() {
		Reply order = order();
		return order.status() == 201 && !order.degraded();
	}

	boolean breakersAreClosed() {
		order();
		return PARTNERS.stream().map(this::breaker).allMatch("CLOSED"::equals);
	}

	Reply order() {
		return order("c1");
	}

	Reply order(String customer) {
		return order(customer, "c1@example.org");
	}

	Reply order(String customer, String email) {
		return post("/orders", """
				{"customer": "%s", "items": ["sku-1", "sku-2"], "amount": 42.0, "email": "%s"}""".formatted(customer,
				email));
	}

	Reply post(String path, String json) {
		long start = System.nanoTime();
		EntityExchangeResult<String> result = this.client.post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.body(json)
			.exchange()
			.returnResult(String.class);
		return Reply.of(result, Duration.ofNanos(System.nanoTime() - start));
	}

	Reply fault(String partner, String mode) {
		long start = System.nanoTime();
		EntityExchangeResult<String> result = this.client.put()
			.uri("/partners/{partner}/fault", partner)
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("mode", mode))
			.exchange()
			.returnResult(String.class);
		return Reply.of(result, Duration.ofNanos(System.nanoTime() - start));
	}

	JsonNode partners() {
		return get("/partners");
	}

	long requests(String partner) {
		return partners().path(partner).path("requests").asLong();
	}

	JsonNode map() {
		return get("/actuator/integrations");
	}

	JsonNode dependency(String name) {
		return get("/actuator/integrations/" + name);
	}

	String breaker(String name) {
		return dependency(name).path("breaker").path("state").asString();
	}

	private JsonNode get(String path) {
		EntityExchangeResult<String> result = this.client.get()
			.uri(path)
			.accept(MediaType.APPLICATION_JSON)
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class);
		return Reply.of(result, Duration.ZERO).body();
	}

	record Reply(int status, HttpHeaders headers, JsonNode body, Duration took) {

		static Reply of(EntityExchangeResult<String> result, Duration took) {
			String body = result.getResponseBody();
			return new Reply(result.getStatus().value(), result.getResponseHeaders(),
					JsonMapper.shared().readTree((body != null && !body.isEmpty()) ? body : "{}"), took);
		}

		boolean degraded() {
			return this.headers.containsHeader("X-Degraded");
		}

	}

}
