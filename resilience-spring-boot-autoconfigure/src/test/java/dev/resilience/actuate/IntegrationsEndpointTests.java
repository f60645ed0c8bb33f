package dev.resilience.actuate;

import java.util.EnumMap;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.test.json.JsonContent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.entry;

/**
 * The endpoint on a real socket, with Spring MVC and with WebFlux.
 */
@ParameterizedClass
@EnumSource(names = { "SERVLET", "REACTIVE" })
class IntegrationsEndpointTests {

	private static final Map<WebApplicationType, EndpointApplication> APPLICATIONS = new EnumMap<>(
			WebApplicationType.class);

	private final WebApplicationType type;

	private final EndpointApplication application;

	IntegrationsEndpointTests(WebApplicationType type) {
		this.type = type;
		this.application = APPLICATIONS.computeIfAbsent(type, (key) -> new EndpointApplication(type,
				"management.endpoint.integrations.access=unrestricted",
				"resilience.dependencies.payments.health-check=http://user:password@localhost:1/health?token=abc",
				"resilience.dependencies.spare.type=optional", "resilience.dependencies.spare.switch=bypass"));
	}

	@AfterEach
	void reset() {
		this.application.post("payments", "{\"position\": \"auto\"}");
	}

	@AfterAll
	static void stop() {
		APPLICATIONS.values().forEach(EndpointApplication::close);
	}

	@Test
	void drawsTheMap() {
		this.application.payments().charge(true);
		JsonContent map = json(this.application.get("/integrations"));
		assertThat(map).extractingPath("application").isEqualTo("shop");
		assertThat(map).extractingPath("generatedAt").asString().matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
		assertThat(map).extractingPath("status").isIn("UP", "DEGRADED");
		assertThat(map).extractingPath("availability.observed").isEqualTo(1.0);
		assertThat(map).extractingPath("availability.downtimePerYear").isEqualTo("PT0S");
		assertThat(map).extractingPath("dependencies").asMap().containsOnlyKeys("payments", "spare");
		assertThat(map).extractingPath("dependencies.spare.operations").asArray().isEmpty();
	}

	@Test
	void drawsOneDependency() {
		this.application.payments().charge(true);
		JsonContent payments = json(this.application.get("/integrations/payments"));
		assertThat(payments).extractingPath("$")
			.asMap()
			.contains(entry("type", "CRITICAL"), entry("description", "Charges cards"), entry("timeout", "PT10S"),
					entry("fallback", Map.of("description", "reject order with retry prompt")),
					entry("failures", Map.of()))
			.containsKeys("status", "warnings");
		assertThat(payments).extractingPath("switch")
			.asMap()
			.contains(entry("position", "AUTO"), entry("scope", "instance"));
		assertThat(payments).extractingPath("healthCheck.url").isEqualTo("http://localhost:1/health?token=***");
		assertThat(payments).extractingPath("breaker")
			.asMap()
			.containsKeys("calls")
			.contains(entry("state", "CLOSED"), entry("failureRate", 0.0), entry("slowRate", 0.0), entry("refused", 0));
		assertThat(payments).extractingPath("bulkhead").isEqualTo(Map.of("limit", 25, "inFlight", 0, "abandoned", 0));
		assertThat(payments).extractingPath("retry")
			.asMap()
			.containsOnlyKeys("maxAttempts", "budgetRemaining")
			.containsEntry("maxAttempts", 1);
		assertThat(payments).extractingPath("signals")
			.asMap()
			.containsOnlyKeys("window", "throughput", "errorRate", "latency", "saturation")
			.contains(entry("window", "PT1M"), entry("errorRate", 0.0), entry("saturation", 0.0));
		assertThat(payments).extractingPath("signals.latency").asMap().containsOnlyKeys("p50", "p95", "p99");
		assertThat(payments).extractingPath("operations[0]")
			.asMap()
			.contains(entry("method", EndpointApplication.Payments.class.getName() + ".charge"),
					entry("type", "CRITICAL"), entry("timeout", "PT10S"), entry("idempotent", false));
		assertThat(payments).extractingPath("sources")
			.asMap()
			.contains(entry("timeout", "built-in"),
					entry("retry.max-attempts", "resilience.types.critical.retry.max-attempts"));
	}

	@Test
	void answersNotFoundToUnknownNames() {
		assertThat(this.application.get("/integrations/unknown").getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
		assertThat(this.application.post("unknown", "{\"position\": \"off\"}").getStatusCode())
			.isEqualTo(HttpStatus.NOT_FOUND);
	}

	@Test
	void throwsTheSwitchAndPublishesIt() {
		this.application.audits().clear();
		JsonContent payments = json(this.application.post("payments",
				"{\"position\": \"off\", \"reason\": \"maintenance\", \"duration\": \"15m\"}"));
		assertThat(payments).extractingPath("switch")
			.asMap()
			.contains(entry("position", "OFF"), entry("scope", "instance"), entry("reason", "maintenance"))
			.containsKey("remaining");
		assertThat(payments).extractingPath("breaker.state").isEqualTo("FORCED_OPEN");
		assertThat(payments).extractingPath("status").isEqualTo("DOWN");
		assertThat(this.application.audits()).singleElement().satisfies((event) -> {
			assertThat(event.getType()).isEqualTo("INTEGRATION_SWITCHED");
			assertThat(event.getData()).isEqualTo(
					Map.of("dependency", "payments", "position", "OFF", "reason", "maintenance", "duration", "PT15M"));
		});
	}

	@Test
	void showsABypassedBreakerAsDisabled() {
		JsonContent payments = json(this.application.post("payments", "{\"position\": \"BYPASS\"}"));
		assertThat(payments).extractingPath("switch.position").isEqualTo("BYPASS");
		assertThat(payments).extractingPath("breaker.state").isEqualTo("DISABLED");
	}

	@Test
	void returnsToThePositionOfTheProperties() {
		this.application.audits().clear();
		this.application.post("spare", "{\"position\": \"off\", \"duration\": \"1s\"}");
		assertThat(json(this.application.get("/integrations/spare"))).extractingPath("switch.position")
			.isEqualTo("OFF");
		Awaitility.await()
			.untilAsserted(() -> assertThat(json(this.application.get("/integrations/spare")))
				.extractingPath("switch.position")
				.isEqualTo("BYPASS"));
		Awaitility.await().until(() -> this.application.audits().size() > 1);
		assertThat(this.application.audits().get(1)).satisfies((event) -> {
			assertThat(event.getType()).isEqualTo("INTEGRATION_SWITCHED");
			assertThat(event.getPrincipal()).isEqualTo("system");
			assertThat(event.getData()).isEqualTo(
					Map.of("dependency", "spare", "position", "BYPASS", "reason", "returned by itself after PT1S"));
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{}                                           | 'position' is missing, allowed are auto, off and bypass
					{"positon": "off"}                           | 'position' is missing, allowed are auto, off and bypass
					{"position": "open"}                         | 'position' is 'open', allowed are auto, off and bypass
					{"position": "off", "duration": "soon"}      | 'duration' is 'soon', allowed is a duration from 1s to 366 days, for example 15m or PT15M
					{"position": "off", "duration": "-1m"}       | 'duration' is '-1m', allowed is a duration from 1s to 366 days, for example 15m or PT15M
					{"policy": "retry.max-attempts"}             | 'policy' is 'retry.max-attempts', must be a setting and its value, for example retry.max-attempts=2
					{"policy": "=2"}                             | 'policy' is '=2', must be a setting and its value, for example retry.max-attempts=2
					{"policy": "retry.max-attempts=0"}           | 'retry.max-attempts, changed at run time' has the value '0', allowed is a whole number from 1 to 1000
					{"policy": "retry.max-attempts=two"}         | 'retry.max-attempts' has the value 'two', which makes no sense: For input string: "two"
					{"policy": "retry.attempts=2"}               | [retry.attempts]: there is no such setting
					{"policy": "isolation=nowhere"}              | 'isolation' has the value 'nowhere', allowed is one of [auto, caller, thread]
					{"policy": "operations.pay.timeout=1s"}      | 'resilience.dependencies.payments.operations' has the value 'pay', allowed is the name of an annotated method, of which there are [charge]
					{"policy": "timeout=2s", "position": "off"}  | 'policy' and 'position' are different changes: send one after the other
					""",
			quoteCharacter = '`')
	void answersBadRequestWithTheReason(String body, String reason) {
		ResponseEntity<String> response = this.application.post("payments", body);
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(new JsonContent(String.valueOf(response.getBody()))).extractingPath("reason").isEqualTo(reason);
		assertThat(json(this.application.get("/integrations/payments"))).extractingPath("switch.position")
			.isEqualTo("AUTO");
	}

	@Test
	void changesThePolicyAndPublishesIt() {
		this.application.audits().clear();
		JsonContent payments = json(
				this.application.post("payments", "{\"policy\": \"retry.max-attempts=2\", \"reason\": \"storm\"}"));
		assertThat(payments).extractingPath("retry.maxAttempts").isEqualTo(2);
		assertThat(payments).extractingPath("operations[0].maxAttempts").isEqualTo(2);
		assertThat(payments).extractingPath("sources")
			.asMap()
			.containsEntry("retry.max-attempts", "retry.max-attempts, changed at run time");
		assertThat(this.application.audits()).singleElement().satisfies((event) -> {
			assertThat(event.getType()).isEqualTo("INTEGRATION_POLICY_CHANGED");
			assertThat(event.getData())
				.isEqualTo(Map.of("dependency", "payments", "policy", "retry.max-attempts=2", "reason", "storm"));
		});
		payments = json(this.application.post("payments", "{\"policy\": \"retry.max-attempts=\"}"));
		assertThat(payments).extractingPath("retry.maxAttempts").isEqualTo(1);
		assertThat(payments).extractingPath("sources")
			.asMap()
			.containsEntry("retry.max-attempts", "resilience.types.critical.retry.max-attempts");
	}

	@Test
	void keepsTheSecretsOfAChangedPolicyToItself() {
		this.application.audits().clear();
		this.application.post("spare",
				"{\"policy\": \"healthCheck=http://user:password@localhost:1/health?token=abc\"}");
		assertThat(json(this.application.get("/integrations/spare"))).extractingPath("healthCheck.url")
			.isEqualTo("http://localhost:1/health?token=***");
		assertThat(this.application.audits()).singleElement()
			.satisfies((event) -> assertThat(event.getData()).containsEntry("policy",
					"healthCheck=http://localhost:1/health?token=***"));
		assertThat(json(this.application.post("spare", "{\"policy\": \"health-check=\"}")))
			.extractingPath("healthCheck")
			.isNull();
	}

	@Test
	void throwsNoSwitchThatWouldNotBeEnforced() {
		JsonContent payments = json(this.application.post("payments", "{\"policy\": \"mode=observe\"}"));
		assertThat(payments).extractingPath("mode").isEqualTo("OBSERVE");
		ResponseEntity<String> response = this.application.post("payments", "{\"position\": \"off\"}");
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(new JsonContent(String.valueOf(response.getBody()))).extractingPath("reason")
			.isEqualTo("'position' is 'off', but the dependency is only observed:"
					+ " send {\"policy\": \"mode=enforce\"} first");
		payments = json(this.application.post("payments", "{\"policy\": \"mode=\"}"));
		assertThat(payments).extractingPath("mode").isEqualTo("ENFORCE");
	}

	@Test
	void observesNothingThatIsSwitchedOff() {
		this.application.post("payments", "{\"position\": \"off\"}");
		ResponseEntity<String> response = this.application.post("payments", "{\"policy\": \"mode=observe\"}");
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(new JsonContent(String.valueOf(response.getBody()))).extractingPath("reason")
			.isEqualTo("'mode, changed at run time' has the value 'OBSERVE',"
					+ " allowed is enforce as long as the switch of the dependency is thrown");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"position": "of
			{"position": {"off": true}}
			[]
			"off"
			""")
	void answersBadRequestToWhatIsNoBody(String body) {
		assertThat(this.application.post("payments", body).getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(json(this.application.get("/integrations/payments"))).extractingPath("switch.position")
			.isEqualTo("AUTO");
	}

	@Test
	void writesNothingSecret() {
		assertThatIllegalStateException().isThrownBy(() -> this.application.payments().charge(false));
		assertThat(this.application.get("/integrations").getBody()).contains("UNKNOWN")
			.doesNotContain("secret")
			.doesNotContain("password")
			.doesNotContain("user:")
			.doesNotContain("abc");
	}

	@Test
	void isReadOnlyByDefault() {
		try (EndpointApplication readOnly = new EndpointApplication(this.type)) {
			assertThat(readOnly.get("/integrations/payments").getStatusCode()).isEqualTo(HttpStatus.OK);
			for (String body : new String[] { "{\"position\": \"off\"}", "{\"policy\": \"timeout=1s\"}" }) {
				assertThat(readOnly.post("payments", body).getStatusCode()).isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
			}
		}
	}

	@Test
	void answersOnASeparateManagementPort() {
		try (EndpointApplication separate = new EndpointApplication(this.type, "management.server.port=0",
				"management.endpoint.integrations.access=unrestricted")) {
			assertThat(json(separate.get("/integrations/payments"))).extractingPath("type").isEqualTo("CRITICAL");
			assertThat(json(separate.post("payments", "{\"position\": \"off\"}"))).extractingPath("switch.position")
				.isEqualTo("OFF");
		}
	}

	private static JsonContent json(ResponseEntity<String> response) {
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
		return new JsonContent(String.valueOf(response.getBody()));
	}

}
