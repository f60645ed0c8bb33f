package dev.resilience.actuate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.test.json.JsonContent;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.entry;

/**
 * Corrupt responses at the endpoint on a real socket, with Spring MVC and with WebFlux.
 */
@ParameterizedClass
@EnumSource(names = { "SERVLET", "REACTIVE" })
class QuarantineReadsTests {

	private static final String ENABLED = "resilience.quarantine.enabled=true";

	private static final String WRITABLE = "management.endpoint.integrations.access=unrestricted";

	private final WebApplicationType type;

	private HttpServer server;

	private volatile String body = "";

	QuarantineReadsTests(WebApplicationType type) {
		this.type = type;
	}

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			byte[] bytes = this.body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, bytes.length);
			exchange.getResponseBody().write(bytes);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@Test
	void showsTheNewestFirst() {
		try (EndpointApplication application = application(ENABLED, WRITABLE)) {
			call(application, "first <script>");
			call(application, "latest \u0007");
			JsonContent shown = json(application.get("/integrations/payments/quarantine"));
			assertThat(shown).extractingPath("responses").asArray().hasSize(2);
			assertThat(shown).extractingPath("responses[0]")
				.asMap()
				.contains(entry("body", "latest \u0007"), entry("encoding", "text"), entry("status", 200),
						entry("method", "GET"), entry("contentType", "application/json"), entry("truncated", false),
						entry("length", 8), entry("operation", "payments"), entry("url", url() + "/charges?key=***"))
				.containsKey("time");
			assertThat(shown).extractingPath("responses[1].body").isEqualTo("first <script>");
			assertThat(json(application.get("/integrations/payments"))).extractingPath("quarantined").isEqualTo(2);
			assertThat(application.get("/integrations").getBody()).doesNotContain("latest").doesNotContain("secret");
		}
	}

	@Test
	void isEmptyBeforeAnythingHappened() {
		try (EndpointApplication application = application(ENABLED, WRITABLE)) {
			assertThat(json(application.get("/integrations/payments/quarantine"))).extractingPath("$")
				.isEqualTo(Map.of("responses", java.util.List.of()));
			assertThat(application.get("/integrations/unknown/quarantine").getStatusCode())
				.isEqualTo(HttpStatus.NOT_FOUND);
			assertThat(application.get("/integrations/payments/unknown").getStatusCode())
				.isEqualTo(HttpStatus.NOT_FOUND);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.port=0", "management.endpoint.integrations.access=read-only",
			"management.endpoints.access.max-permitted=read-only" })
	void isShownWithWriteAccessOnly(String access) {
		String wanted = access.contains("max-permitted") ? WRITABLE : "server.port=0";
		try (EndpointApplication application = application(ENABLED, access, wanted)) {
			call(application, "corrupt");
			ResponseEntity<String> response = application.get("/integrations/payments/quarantine");
			assertThat(response.getStatusCode()).isEqualTo(HttpStatus.FORBIDDEN);
			assertThat(new JsonContent(String.valueOf(response.getBody()))).extractingPath("reason")
				.isEqualTo("Corrupt responses are shown with write access only:"
						+ " set 'management.endpoint.integrations.access' to unrestricted");
			assertThat(json(application.get("/integrations/payments"))).extractingPath("quarantined").isEqualTo(1);
		}
	}

	@Test
	void saysThatItIsOff() {
		try (EndpointApplication application = application(WRITABLE)) {
			call(application, "corrupt");
			ResponseEntity<String> response = application.get("/integrations/payments/quarantine");
			assertThat(response.getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
			assertThat(new JsonContent(String.valueOf(response.getBody()))).extractingPath("reason")
				.isEqualTo("Corrupt responses are not kept: set 'resilience.quarantine.enabled' to true");
			assertThat(json(application.get("/integrations/payments"))).extractingPath("$")
				.asMap()
				.extracting("quarantined")
				.isNull();
		}
	}

	private EndpointApplication application(String... properties) {
		return new EndpointApplication(this.type, properties);
	}

	private void call(EndpointApplication application, String body) {
		this.body = body;
		RestClient partner = application.partner(url());
		assertThat(catchThrowable(() -> application.dependencies()
			.call("payments", () -> partner.get().uri("/charges?key=secret").retrieve().body(Map.class)))).isNotNull();
	}

	private String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private static JsonContent json(ResponseEntity<String> response) {
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
		return new JsonContent(String.valueOf(response.getBody()));
	}

}
