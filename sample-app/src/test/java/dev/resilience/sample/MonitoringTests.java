package dev.resilience.sample;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How much the shop tells Prometheus without any further settings, and that it arrives.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		// a slow call would be an end of another kind
		properties = { "resilience.dependencies.payments.timeout=40s", "resilience.dependencies.payments.slow-call=30s",
				"resilience.dependencies.inventory.timeout=40s", "resilience.dependencies.inventory.slow-call=30s" })
@AutoConfigureRestTestClient
@Timeout(120)
class MonitoringTests {

	private static final String CALLS = "resilience_calls_seconds_count";

	private final RestTestClient client;

	private final ShopDriver shop;

	private final int port;

	MonitoringTests(@Autowired RestTestClient client, @LocalServerPort int port) {
		this.client = client;
		this.shop = new ShopDriver(client);
		this.port = port;
	}

	@Test
	void aHealthyDependencyHasTenSeriesAndEachFurtherEndOfACallThree() {
		order(3);
		assertThat(dependency("payments").series()).hasSize(10);
		Scrape healthy = dependency("inventory");
		assertThat(healthy.series()).hasSize(10);
		this.shop.fault("inventory", "partial");
		assertThat(this.shop.order().status()).isEqualTo(502);
		assertThat(added("inventory", healthy)).isEqualTo(3);
		this.shop.fault("inventory", "corrupt");
		assertThat(this.shop.order().status()).isEqualTo(502);
		assertThat(added("inventory", healthy)).isEqualTo(6);
		this.shop.fault("inventory", "none");
		order(1);
		assertThat(added("inventory", healthy)).isEqualTo(6);
	}

	private Scrape dependency(String name) {
		return Scrape.of(this.client).ofDependency(name);
	}

	// the wish to repeat a call is counted besides
	private int added(String dependency, Scrape before) {
		Scrape now = dependency(dependency);
		assertThat(now.metrics()).isSubsetOf(union(before.metrics(), "resilience_retries_total"));
		return now.series().size() - before.series().size() - now.ofMetric("resilience_retries_total").series().size();
	}

	private static Set<String> union(Set<String> metrics, String metric) {
		metrics.add(metric);
		return metrics;
	}

	@Test
	void prometheusCountsExactlyTheCallsThatWereMade(@TempDir Path directory) throws Exception {
		double before = dependency("payments").ofMetric(CALLS).sum();
		try (Prometheus prometheus = Prometheus.scraping(this.port, directory)) {
			order(17);
			await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
				JsonNode result = prometheus.query("sum(" + CALLS + "{dependency=\"payments\"})");
				assertThat(result.path(0).path("value").path(1).asString("")).isEqualTo("%.0f".formatted(before + 17));
			});
		}
	}

	private void order(int times) {
		for (int i = 0; i < times; i++) {
			assertThat(this.shop.order().status()).isEqualTo(201);
		}
	}

}
