package dev.resilience.integration;

import java.net.URI;

import de.codecentric.boot.admin.server.config.EnableAdminServer;
import dev.resilience.Dependencies;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Spring Boot Admin lists the endpoint of an application that registers with it, and
 * passes on what it says.
 */
@Timeout(120)
class AdminTests {

	private static ConfigurableApplicationContext admin;

	private static ConfigurableApplicationContext shop;

	/** The registered shop. */
	private static JsonNode instance;

	@BeforeAll
	static void register() {
		admin = start(AdminServer.class);
		shop = start(Shop.class, "--spring.application.name=shop", "--spring.boot.admin.client.url=" + url(admin),
				"--spring.boot.admin.client.instance.service-host-type=ip", "--spring.boot.admin.client.period=200ms",
				"--management.endpoints.web.exposure.include=health,integrations",
				"--resilience.dependencies.payments.type=critical",
				"--resilience.dependencies.payments.description=Charges cards");
		shop.getBean(Dependencies.class).run("payments", () -> {
		});
		// at first it knows of the health only
		instance = await().until(() -> json("/instances", MediaType.APPLICATION_JSON_VALUE).path(0),
				(registered) -> registered.path("endpoints").size() > 1);
	}

	@AfterAll
	static void stop() {
		// the shop deregisters first
		shop.close();
		admin.close();
	}

	private static ConfigurableApplicationContext start(Class<?> application, String... arguments) {
		return new SpringApplicationBuilder(application).properties("server.port=0").run(arguments);
	}

	private static String url(ConfigurableApplicationContext application) {
		return "http://localhost:" + application.getEnvironment().getProperty("local.server.port");
	}

	@Test
	void theEndpointIsListed() {
		assertThat(instance.path("registration").path("name").asString()).isEqualTo("shop");
		assertThat(instance.path("endpoints").valueStream()).extracting((endpoint) -> endpoint.path("id").asString())
			.containsExactlyInAnyOrder("health", "integrations");
	}

	@ParameterizedTest
	@ValueSource(strings = { MediaType.APPLICATION_JSON_VALUE, "application/vnd.spring-boot.actuator.v3+json",
			MediaType.ALL_VALUE })
	void itsMapIsPassedOn(String accept) {
		JsonNode payments = json(proxied("integrations"), accept).path("dependencies").path("payments");
		assertThat(payments.path("type").asString()).isEqualTo("CRITICAL");
		assertThat(payments.path("description").asString()).isEqualTo("Charges cards");
		assertThat(payments.path("breaker").path("calls").asInt()).isEqualTo(1);
	}

	@Test
	void oneOfItsDependenciesIsPassedOn() {
		assertThat(json(proxied("integrations/payments"), MediaType.APPLICATION_JSON_VALUE).path("status").asString())
			.isEqualTo("UP");
	}

	@Test
	void thePageIsPassedOn() {
		ResponseEntity<String> page = get(proxied("integrations"), MediaType.TEXT_HTML_VALUE);
		assertThat(page.getHeaders().getContentType()).isEqualTo(MediaType.parseMediaType("text/html;charset=UTF-8"));
		assertThat(page.getBody()).contains("integrations/assets/page.js");
		ResponseEntity<String> script = get(proxied("integrations/assets/page.js"), MediaType.ALL_VALUE);
		assertThat(String.valueOf(script.getHeaders().getContentType())).startsWith("text/javascript");
	}

	private static String proxied(String endpoint) {
		return "/instances/" + instance.path("id").asString() + "/actuator/" + endpoint;
	}

	private static JsonNode json(String path, String accept) {
		ResponseEntity<String> response = get(path, accept);
		assertThat(response.getHeaders().getContentType())
			.satisfies((type) -> assertThat(String.valueOf(type)).contains("json"));
		return JsonMapper.shared().readTree(response.getBody());
	}

	private static ResponseEntity<String> get(String path, String accept) {
		return RestClient.create()
			.get()
			.uri(URI.create(url(admin) + path))
			.header("Accept", accept)
			.retrieve()
			.toEntity(String.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAdminServer
	static class AdminServer {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Shop {

	}

}
