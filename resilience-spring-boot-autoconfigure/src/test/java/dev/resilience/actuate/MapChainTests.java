package dev.resilience.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.diagnosis.Comparison;
import dev.resilience.diagnosis.Deviation;
import dev.resilience.diagnosis.DeviationSignal;
import dev.resilience.diagnosis.Incidents;
import dev.resilience.diagnosis.Subject;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The maps of real applications that follow each other.
 */
class MapChainTests {

	private final JsonMapper json = new JsonMapper();

	@Test
	void theDiagnosisNamesTheInnermostOfThreeApplications() {
		try (EndpointApplication inner = application("bank", "ledger", null);
				EndpointApplication middle = application("payments", "bank", inner)) {
			Awaitility.await()
				.until(() -> !map(middle).at("/dependencies/bank/map/application").isMissingNode()
						&& map(middle).at("/dependencies/bank/map/incident/firstToDeviate").isString());
			try (EndpointApplication outer = application("shop", "payments", middle)) {
				Awaitility.await()
					.until(() -> map(outer).at("/dependencies/payments/map/dependencies/bank/map/application")
						.isString());
				JsonNode map = map(outer);
				assertThat(map.at("/incident/path").toString()).isEqualTo("[\"payments\",\"bank\",\"ledger\"]");
				assertThat(map.at("/incident/advice").stringValue()).startsWith("Look at payments first")
					.endsWith("Its own map says that ledger deviated first.");
				assertThat(map.at("/dependencies/payments/status").stringValue()).isEqualTo("UNKNOWN");
				assertThat(map.at("/dependencies/payments/warnings")).isEmpty();
				assertThat(map.at("/dependencies/payments/sources/map").stringValue())
					.isEqualTo("resilience.dependencies.payments.map");
				middle.close();
				outer.post("payments", "{\"policy\": \"map=%s\"}".formatted("http://localhost:1/"));
				assertThat(map(outer).at("/incident/path").toString()).isEqualTo("[\"payments\"]");
				Awaitility.await().until(() -> map(outer).at("/dependencies/payments/map/problem").isString());
				assertThat(map(outer).at("/dependencies/payments/status").stringValue()).isEqualTo("UNKNOWN");
				assertThat(map(outer).at("/dependencies/payments/warnings")).isEmpty();
			}
		}
	}

	/** An application whose only dependency of interest deviates from now on. */
	private static EndpointApplication application(String name, String dependency, EndpointApplication partner) {
		EndpointApplication application = new EndpointApplication(WebApplicationType.SERVLET, List.of(),
				"spring.application.name=" + name, "management.endpoint.integrations.access=unrestricted",
				"resilience.dependencies.%s.type=critical".formatted(dependency),
				(partner != null)
						? "resilience.dependencies.%s.map=http://localhost:%s/actuator/integrations"
							.formatted(dependency, partner.bean(Environment.class).getProperty("local.management.port"))
						: "resilience.dependencies.%s.description=the innermost".formatted(dependency));
		long now = System.nanoTime();
		application.bean(Incidents.class)
			.observe(now, (nanos) -> Instant.now(),
					List.of(new Subject(dependency, DependencyType.CRITICAL,
							List.of(new Deviation(DeviationSignal.LATENCY, now, "slow")),
							new Comparison(0, null, 0, null, 0, 0), Map::of)));
		return application;
	}

	private JsonNode map(EndpointApplication application) {
		return this.json.readTree(application.get("/integrations").getBody());
	}

}
