package dev.resilience.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.resilience.Dependencies;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.web.client.HttpClientErrorException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The dashboard and the alerts name nothing that a shop with troubles of all kinds does
 * not tell.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.metrics.tags.application=shop",
				"management.metrics.distribution.percentiles-histogram.resilience.calls=true",
				// its retries are to end for want of budget, and not because it is
				// refused
				"resilience.dependencies.recommendations.breaker.enabled=false",
				"resilience.dependencies.recommendations.retry.backoff.initial=1ms" })
@AutoConfigureRestTestClient
@ActiveProfiles("fast")
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(120)
class ObservabilityFilesTests {

	private static final Path DOCS = Path.of("..", "docs");

	private static final Path ALERTS = DOCS.resolve("prometheus-alerts.yml");

	/** What Prometheus itself adds to what it scrapes. */
	private static final Set<String> TARGET_LABELS = Set.of("instance", "job");

	private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");

	private static final Pattern ANNOTATION = Pattern.compile("\\$labels\\.(\\w+)");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");

	private final RestTestClient client;

	private final ShopDriver shop;

	private final Dependencies dependencies;

	private final int port;

	ObservabilityFilesTests(@Autowired RestTestClient client, @Autowired Dependencies dependencies,
			@LocalServerPort int port) {
		this.client = client;
		this.shop = new ShopDriver(client);
		this.dependencies = dependencies;
		this.port = port;
	}

	@BeforeAll
	void haveTroublesOfAllKinds() {
		assertThat(this.shop.order().status()).isEqualTo(201);
		this.shop.fault("notifications", "corrupt");
		this.shop.fault("recommendations", "error");
		await().atMost(Duration.ofSeconds(60)).until(() -> {
			this.shop.order();
			return scrape().has("resilience_retries_total", "decision", "budget")
					&& scrape().has("resilience_deliveries_total", "result", "dead");
		});
		this.shop.fault("payments", "error");
		await().atMost(Duration.ofSeconds(60)).until(() -> {
			this.shop.order();
			return scrape().has("resilience_calls_seconds_count", "outcome", "rejected");
		});
		// no partner answers with one
		HttpClientErrorException notFound = new HttpClientErrorException(HttpStatus.NOT_FOUND);
		assertThatExceptionOfType(HttpClientErrorException.class)
			.isThrownBy(() -> this.dependencies.run("inventory", () -> {
				throw notFound;
			}));
	}

	private Scrape scrape() {
		return Scrape.of(this.client);
	}

	@Test
	void theDashboardNamesWhatIsThere() throws IOException {
		assertExists(Stream.concat(targets().map(Target::expression), variables().map((query) -> {
			assertThat(query).matches(LABEL_VALUES);
			return LABEL_VALUES.matcher(query).replaceAll("count by ($2) ($1)");
		})));
	}

	@Test
	void theAlertsNameWhatIsThere() throws IOException {
		assertExists(alerts().map((alert) -> (String) alert.get("expr")));
	}

	private void assertExists(Stream<String> expressions) {
		Scrape scrape = scrape();
		expressions.forEach((expression) -> {
			PromQl query = PromQl.parse(expression);
			assertThat(query.selectors()).as(expression).isNotEmpty();
			Set<String> labels = new TreeSet<>(TARGET_LABELS);
			query.selectors().forEach((selector) -> {
				assertThat(scrape.metrics()).as(expression).contains(selector.metric());
				Scrape metric = scrape.ofMetric(selector.metric());
				labels.addAll(metric.labels());
				selector.matchers().forEach((matcher) -> {
					assertThat(labels).as(expression).contains(matcher.label());
					assertThat(metric.values(matcher.label())).as(expression).containsAll(matcher.literals());
				});
			});
			assertThat(labels).as(expression).containsAll(query.grouping());
		});
	}

	@Test
	void legendsAndAnnotationsNameLabelsThatAreLeft() throws IOException {
		targets().forEach((target) -> assertThat(PromQl.parse(target.expression()).grouping()).as(target.expression())
			.containsAll(matches(LEGEND, target.legend())));
		alerts().forEach((alert) -> assertThat(labels((String) alert.get("expr"))).as(alert.toString())
			.containsAll(matches(ANNOTATION, alert.get("annotations").toString())));
	}

	private Set<String> labels(String expression) {
		PromQl query = PromQl.parse(expression);
		Set<String> labels = new TreeSet<>(TARGET_LABELS);
		query.selectors().forEach((selector) -> labels.addAll(scrape().ofMetric(selector.metric()).labels()));
		if (expression.contains(" without (")) {
			labels.removeAll(query.grouping());
		}
		else if (!query.grouping().isEmpty()) {
			labels.retainAll(query.grouping());
		}
		return labels;
	}

	private static List<String> matches(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((match) -> match.group(1)).toList();
	}

	@Test
	void allThatIsToldIsShown() throws IOException {
		assertThat(targets().flatMap((target) -> PromQl.parse(target.expression()).selectors().stream())
			.map(PromQl.Selector::metric))
			.containsAll(scrape().metrics().stream().filter((metric) -> metric.startsWith("resilience_")).toList());
	}

	@Test
	void whatNeedsAHistogramSaysSo() throws IOException {
		assertThat(targets().filter((target) -> target.expression().contains("_bucket"))).isNotEmpty()
			.allSatisfy((target) -> assertThat(target.description())
				.contains("management.metrics.distribution.percentiles-histogram.resilience.calls=true"));
		assertThat(alerts()).noneMatch((alert) -> alert.toString().contains("_bucket"));
	}

	@Test
	void alertsSayHowBadItIsAndWhatToDo() throws IOException {
		assertThat(alerts()).isNotEmpty().allSatisfy((alert) -> {
			assertThat(alert).containsKeys("for");
			assertThat(((Map<?, ?>) alert.get("labels")).get("severity")).isIn("critical", "warning");
			assertThat(((Map<?, ?>) alert.get("annotations")).keySet()).map(Object::toString)
				.contains("summary", "description");
		});
	}

	@Test
	void promtoolFindsNothingWrongWithTheAlerts() throws Exception {
		InstalledTool promtool = InstalledTool.named("promtool");
		assertThat(promtool.complaintsOf("check", "rules", ALERTS.toString())).isEmpty();
		assertThat(promtool.complaintsOf("test", "rules", DOCS.resolve("prometheus-alerts-test.yml").toString()))
			.isEmpty();
	}

	@Test
	void everyAlertIsTested() throws IOException {
		assertThat(alerts().map((alert) -> alert.get("alert")))
			.allSatisfy((alert) -> assertThat(Files.readString(DOCS.resolve("prometheus-alerts-test.yml")))
				.contains("alertname: " + alert + "\n        exp_alerts:\n"));
	}

	@Test
	void everyPanelShowsSomething(@TempDir Path directory) throws Exception {
		try (Prometheus prometheus = Prometheus.scraping(this.port, directory)) {
			List<String> empty = new ArrayList<>(targets().map(Target::expression)
				.map((expression) -> expression.replace("dependency=\"$dependency\"", "dependency=~\".+\"")
					.replaceAll("\\$(application|instance|dependency)", ".*")
					.replace("$__rate_interval", "1m"))
				.toList());
			await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
				for (String expression : List.copyOf(empty)) {
					if (!prometheus.query(expression).isEmpty()) {
						empty.remove(expression);
					}
				}
				assertThat(empty).isEmpty();
			});
		}
	}

	private static JsonNode dashboard() throws IOException {
		return JsonMapper.shared().readTree(Files.readString(DOCS.resolve("grafana-dashboard.json")));
	}

	private static Stream<Target> targets() throws IOException {
		return dashboard().path("panels")
			.valueStream()
			.flatMap((panel) -> panel.path("targets")
				.valueStream()
				.map((target) -> new Target(panel.path("description").asString(), target.path("expr").asString(),
						target.path("legendFormat").asString())));
	}

	private static Stream<String> variables() throws IOException {
		return dashboard().path("templating")
			.path("list")
			.valueStream()
			.filter((variable) -> variable.path("type").asString().equals("query"))
			.map((variable) -> variable.path("definition").asString());
	}

	@SuppressWarnings("unchecked")
	private static Stream<Map<String, Object>> alerts() throws IOException {
		Map<String, List<Map<String, List<Map<String, Object>>>>> rules = new Yaml().load(Files.readString(ALERTS));
		return rules.get("groups").stream().flatMap((group) -> group.get("rules").stream());
	}

	private record Target(String description, String expression, String legend) {
	}

}
