package dev.resilience.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.resilience.DependencyType;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.TestSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The maps of partners over real sockets.
 */
@ExtendWith(OutputCaptureExtension.class)
class PartnerMapsTests {

	private static final String CHAIN = """
			{"application": "payments", "status": "DEGRADED", "generatedAt": "2001-01-01T00:00:00Z",
			 "incident": {"firstToDeviate": "bank", "since": "2001-01-01T00:00:00Z", "advice": "Look at bank first.", "path": ["?"]},
			 "dependencies": {
			   "cache": {"type": "OPTIONAL", "status": "UP", "map": null},
			   "bank": {"type": "CRITICAL", "status": "DOWN", "breaker": {"state": "OPEN"}, "map": {
			     "url": "https://user:secret@bank/map?key=secret", "checkedAt": "2001-01-01T00:00:00Z", "application": "bank",
			     "incident": {"firstToDeviate": "ledger"},
			     "dependencies": {"ledger": {"type": "CRITICAL", "status": "DOWN", "map": {"application": "ledger",
			       "incident": null, "dependencies": {}}}}}}}}
			""";

	private final AtomicLong nanos = new AtomicLong(-5);

	private final HandTimer timer = new HandTimer();

	private final ExecutorService workers = Executors.newCachedThreadPool();

	private final MapPartner partner = new MapPartner();

	private final PartnerMaps maps = new PartnerMaps("shop", this.timer, this.workers, this.nanos::get, null);

	private DependencyPolicy policy = policy("map=" + this.partner.url());

	@BeforeEach
	void start() {
		this.maps.start(List.of(this.policy));
	}

	@AfterEach
	void stop() {
		this.maps.stop();
		this.partner.close();
		this.timer.shutdownNow();
		this.workers.shutdownNow();
	}

	@Test
	void readsTheMapOfAPartner() {
		assertThat(map()).isEqualTo(new PartnerMap(this.partner.url(), null, null, null, null, null, false, Map.of()));
		this.partner.answer(CHAIN);
		PartnerMap map = ask();
		assertThat(map.url()).isEqualTo(this.partner.url());
		assertThat(map.checkedAt()).startsWith("20").isNotEqualTo("2001-01-01T00:00:00Z");
		assertThat(map.problem()).isNull();
		assertThat(map.application()).isEqualTo("payments");
		assertThat(map.status()).isEqualTo(Status.DEGRADED);
		assertThat(map.incident())
			.isEqualTo(new PartnerMap.Incident("bank", "2001-01-01T00:00:00Z", "Look at bank first."));
		assertThat(map.cycle()).isFalse();
		assertThat(map.dependencies()).containsOnlyKeys("cache", "bank")
			.containsEntry("cache", new PartnerMap.Dependency(DependencyType.OPTIONAL, Status.UP, null));
		PartnerMap bank = map.dependencies().get("bank").map();
		assertThat(bank.url()).isEqualTo("https://bank/map?key=***");
		assertThat(bank.checkedAt()).isEqualTo("2001-01-01T00:00:00Z");
		assertThat(bank.dependencies()).containsOnlyKeys("ledger");
	}

	@Test
	void namesTheInnermostThatDeviatedFirst() {
		assertThat(this.maps.deviatedFirst(this.policy)).isEmpty();
		this.partner.answer(CHAIN);
		ask();
		assertThat(this.maps.deviatedFirst(this.policy)).containsExactly("bank", "ledger");
		assertThat(this.maps.deviatedFirst(policy("description=unfollowed"))).isEmpty();
		this.partner.answer("{\"dependencies\": {}, \"incident\": null}");
		ask();
		assertThat(this.maps.deviatedFirst(this.policy)).isEmpty();
	}

	@Test
	void sendsCredentialsAndShowsNone() {
		this.policy = policy("map=" + this.partner.url().replace("//", "//user:pass@"));
		this.maps.update(List.of(this.policy));
		this.partner.answer(CHAIN);
		assertThat(ask().url()).isEqualTo(this.partner.url());
		assertThat(this.partner.requests.get(0).getFirst("Accept")).isEqualTo("application/json");
		assertThat(this.partner.requests.get(0).getFirst("Authorization"))
			.isEqualTo("Basic " + Base64.getEncoder().encodeToString("user:pass".getBytes()));
	}

	@Test
	void keepsWhatWasReadForSomeTime() {
		this.partner.answer(CHAIN);
		PartnerMap read = ask();
		this.partner.answer(503, "application/json", "{}");
		pass(Duration.ofSeconds(60));
		PartnerMap kept = ask();
		assertThat(kept.problem()).isEqualTo("It answers 503");
		assertThat(kept).usingRecursiveComparison().ignoringFields("problem").isEqualTo(read);
		assertThat(this.maps.deviatedFirst(this.policy)).containsExactly("bank", "ledger");
		pass(Duration.ofSeconds(1));
		assertThat(map()).usingRecursiveComparison().ignoringFields("problem", "incident").isEqualTo(read);
		assertThat(map().incident()).isNull();
		assertThat(this.maps.deviatedFirst(this.policy)).isEmpty();
		pass(Duration.ofSeconds(240));
		assertThat(map()).isEqualTo(new PartnerMap(this.partner.url(), read.checkedAt(), "It answers 503", null, null,
				null, false, Map.of()));
		this.partner.answer(CHAIN);
		assertThat(ask()).usingRecursiveComparison().ignoringFields("checkedAt").isEqualTo(read);
		pass(Duration.ofSeconds(61));
		assertThat(map().problem()).isEqualTo("It was not read for a minute");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			401 | application/json | {}                     | It answers 401
			302 | application/json | {"dependencies": {}}   | It answers 302, and redirects are not followed
			200 | text/html        | <html>login</html>     | Its answer is no JSON but 'text/html'
			200 | application/json | <html>login</html>     | Its answer is no JSON that can be read
			200 | application/json | {"dependencies": {     | Its answer is no JSON that can be read
			200 | application/json | {"dependencies": [{}]} | Its answer has no dependencies, so that it is no map
			200 | application/json | {"status": "UP"}       | Its answer has no dependencies, so that it is no map
			200 | application/json | [1, 2]                 | Its answer has no dependencies, so that it is no map
			200 | application/json | null                   | Its answer has no dependencies, so that it is no map
			200 | application/json | ``                     | Its answer has no dependencies, so that it is no map
			""")
	void saysWhatIsNoMap(int status, String type, String body, String problem) {
		this.partner.answer(status, type, body);
		assertThat(ask())
			.isEqualTo(new PartnerMap(this.partner.url(), null, problem, null, null, null, false, Map.of()));
		assertThat(this.partner.requests).hasSize(1);
	}

	@Test
	void saysThatNobodyIsThere() {
		this.partner.close();
		assertThat(ask().problem()).isEqualTo("Nobody can be reached there");
	}

	@Test
	void saysThatItNeedsJackson() {
		PartnerMaps without = new PartnerMaps("shop", this.timer, this.workers, this.nanos::get,
				new FilteredClassLoader(JsonMapper.class));
		this.maps.stop();
		without.start(List.of(this.policy));
		assertThat(this.timer.getQueue()).isEmpty();
		assertThat(without.of(this.policy).problem())
			.isEqualTo("It cannot be read without tools.jackson.core:jackson-databind on the class path");
	}

	@ParameterizedTest
	@ValueSource(strings = {
			"{'dependencies': {'a': 1, 'b': null, 'c': [], 'd': {'type': 7, 'status': {}, 'map': 'x'}}}",
			"{'dependencies': {'a': {'map': {'url': 1, 'dependencies': 7, 'incident': [], 'cycle': 'yes'}}}}",
			"{'application': {}, 'status': 'WELL', 'incident': {'firstToDeviate': 1}, 'cycle': 1e999999999, 'dependencies': {}}" })
	void leavesOutWhatItDoesNotUnderstand(String json) {
		this.partner.answer(json.replace('\'', '"'));
		PartnerMap map = ask();
		assertThat(map.problem()).isNull();
		assertThat(map.application()).isNull();
		assertThat(map.status()).isNull();
		assertThat(map.incident()).isNull();
		assertThat(map.dependencies().values()).allSatisfy((each) -> {
			assertThat(each.type()).isNull();
			assertThat(each.status()).isNull();
		});
	}

	@Test
	void survivesDeepNesting() {
		this.partner.answer("{\"dependencies\": {}, \"x\": %s}".formatted("[".repeat(100_000) + "]".repeat(100_000)));
		assertThat(ask().problem()).isEqualTo("Its answer is no JSON that can be read");
		this.partner
			.answer("{\"incident\": {\"firstToDeviate\": \"a\"}, \"dependencies\": {\"a\": {\"map\": ".repeat(30) + "{}"
					+ "}}}".repeat(30));
		PartnerMap map = ask();
		for (int level = 1; level < 4; level++) {
			map = map.dependencies().get("a").map();
		}
		assertThat(map.dependencies()).containsEntry("a", new PartnerMap.Dependency(null, null, null));
		assertThat(this.maps.deviatedFirst(this.policy)).hasSize(4);
	}

	@Test
	void survivesManyDependencies() {
		this.partner.answer("{\"incident\": {\"firstToDeviate\": \"last\"}, \"dependencies\": {%s, \"last\": %s}}"
			.formatted(list(5000, (i) -> "\"d%d\": {}".formatted(i)), nested("{\"firstToDeviate\": \"inner\"}", 2)));
		assertThat(ask().dependencies()).hasSize(200).containsKeys("last", "d198").doesNotContainKey("d199");
		assertThat(this.maps.deviatedFirst(this.policy)).containsExactly("last", "inner");
	}

	@Test
	void leavesOutTheDeepestLevelsOfWhatWouldBeTooLarge() {
		this.partner.answer("{\"incident\": {\"firstToDeviate\": \"d9\"}, \"dependencies\": {%s}}"
			.formatted(list(10, (i) -> "\"d%d\": %s".formatted(i, nested("{\"firstToDeviate\": \"n0\"}", 50)))));
		assertThat(ask().dependencies().get("d9").map().dependencies()).hasSize(50);
		assertThat(this.maps.deviatedFirst(this.policy)).containsExactly("d9", "n0");
		DependencyPolicy other = new PolicyResolver(Map.of(),
				Map.of("other", TestSettings.of("map=" + this.partner.url())))
			.dependency("other", DependencyType.CRITICAL, List.of());
		this.maps.update(List.of(this.policy, other));
		assertThat(ask().dependencies().get("d9").map()).isNull();
		assertThat(this.maps.deviatedFirst(this.policy)).containsExactly("d9", "n0");
	}

	@Test
	void textsOfOthersAreCutAndCanBeWrittenAgain() {
		this.partner
			.answer("""
					{"application": "<script>alert(1)</script>", "incident": {"firstToDeviate": "half \\ud800", "advice": "%s",
					 "since": "a\\nb"}, "dependencies": {"%s": {"map": {"url": "javascript://host/%%0aalert(1)"}}}}
					"""
				.formatted("x".repeat(1000), "\ud83d\ude00".repeat(199).replaceFirst("^", "y")));
		PartnerMap map = ask();
		assertThat(map.application()).isEqualTo("<script>alert(1)</script>");
		assertThat(map.incident()).isEqualTo(new PartnerMap.Incident("half ?", "a b", "x".repeat(200)));
		assertThat(map.dependencies().keySet()).singleElement().asString().hasSize(200).endsWith("\ud83d\ude00?");
		assertThat(map.dependencies().values().iterator().next().map().url()).isEmpty();
		assertThat(new JsonMapper().writeValueAsBytes(map)).isNotEmpty();
	}

	@Test
	void cutsCycles() {
		this.partner
			.answer("""
					{"application": "payments", "dependencies": {
					 "shop": {"status": "UP", "map": {"application": "shop", "status": "UP", "incident": {"firstToDeviate": "payments"},
					   "dependencies": {"payments": {}}}},
					 "bank": {"map": {"application": "bank", "dependencies": {"back": {"map": {"application": "payments",
					   "dependencies": {"bank": {}}}}}}},
					 "seen": {"map": {"application": "other", "cycle": true, "dependencies": {"x": {}}}}}}
					""");
		PartnerMap map = ask();
		assertThat(map.cycle()).isFalse();
		assertThat(map.dependencies().get("shop").map())
			.isEqualTo(new PartnerMap("", null, null, "shop", Status.UP, null, true, Map.of()));
		PartnerMap bank = map.dependencies().get("bank").map();
		assertThat(bank.cycle()).isFalse();
		assertThat(bank.dependencies().get("back").map().cycle()).isTrue();
		assertThat(bank.dependencies().get("back").map().dependencies()).isEmpty();
		assertThat(map.dependencies().get("seen").map().cycle()).isTrue();
		assertThat(map.dependencies().get("seen").map().dependencies()).isEmpty();
		this.partner.answer("{\"application\": \"shop\", \"dependencies\": {\"self\": {}}}");
		assertThat(ask().cycle()).isTrue();
		assertThat(map().dependencies()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\"application\": null,", "\"application\": \"\"," })
	void applicationsWithoutANameAreNotTheSame(String name) {
		PartnerMaps nameless = new PartnerMaps("", this.timer, this.workers, this.nanos::get, null);
		this.maps.stop();
		nameless.start(List.of(this.policy));
		this.partner.answer(
				"{%s \"dependencies\": {\"a\": {\"map\": {%s \"dependencies\": {\"b\": {}}}}}}".formatted(name, name));
		this.timer.round();
		PartnerMap map = nameless.of(this.policy);
		assertThat(map.cycle()).isFalse();
		assertThat(map.dependencies().get("a").map().cycle()).isFalse();
		assertThat(map.dependencies().get("a").map().dependencies()).containsOnlyKeys("b");
		nameless.stop();
	}

	@Test
	void givesUpWhatDoesNotEnd() throws InterruptedException {
		AtomicLong sent = new AtomicLong();
		CountDownLatch gaveUp = new CountDownLatch(1);
		this.partner.handle((exchange) -> {
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, 1L << 30);
			byte[] chunk = " ".repeat(8192).getBytes();
			try {
				for (OutputStream body = exchange.getResponseBody(); sent.get() < 1L << 30; sent.addAndGet(8192)) {
					body.write(chunk);
				}
			}
			catch (IOException ex) {
				gaveUp.countDown();
			}
		});
		assertThat(ask().problem()).isEqualTo("Its answer is longer than 1024 KB");
		assertThat(gaveUp.await(10, TimeUnit.SECONDS)).isTrue();
		// what the sockets hold in between
		assertThat(sent.get()).isLessThan(100L << 20);
	}

	@Test
	void givesUpWhatDrips() throws InterruptedException {
		CountDownLatch gaveUp = new CountDownLatch(1);
		this.partner.handle((exchange) -> {
			exchange.getResponseHeaders().add("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, 0);
			try {
				do {
					exchange.getResponseBody().write(' ');
					exchange.getResponseBody().flush();
				}
				while (!gaveUp.await(20, TimeUnit.MILLISECONDS));
			}
			catch (IOException | InterruptedException ex) {
				gaveUp.countDown();
			}
		});
		assertThat(ask().problem()).isEqualTo("It has not answered in time");
		assertThat(gaveUp.await(10, TimeUnit.SECONDS)).isTrue();
		this.partner.answer(CHAIN);
		assertThat(ask().problem()).isNull();
	}

	@Test
	void logsChangesOnly(CapturedOutput output) {
		this.partner.answer(500, "text/plain", "");
		ask();
		ask();
		this.partner.answer(401, "text/plain", "");
		ask();
		assertThat(output).containsOnlyOnce("The map of dependency 'partner' cannot be read: It answers 500")
			.doesNotContain("cannot be read: It answers 401");
		this.partner.answer(CHAIN);
		ask();
		ask();
		assertThat(output).containsOnlyOnce("The map of dependency 'partner' can be read again");
	}

	@Test
	void followsChangedPolicies() {
		this.partner.answer(CHAIN);
		ask();
		this.maps.update(List.of(this.policy));
		assertThat(map().application()).isEqualTo("payments");
		this.policy = policy("map=" + this.partner.url() + "/other");
		this.maps.update(List.of(this.policy));
		assertThat(map().application()).isNull();
		this.policy = policy("description=unfollowed");
		this.maps.update(List.of(this.policy));
		assertThat(this.timer.getQueue()).isEmpty();
		assertThat(map()).isNull();
		this.maps.stop();
		this.maps.update(List.of(policy("map=" + this.partner.url())));
		assertThat(this.timer.getQueue()).isEmpty();
	}

	private PartnerMap ask() {
		this.timer.round();
		return map();
	}

	private @Nullable PartnerMap map() {
		return this.maps.of(this.policy);
	}

	private void pass(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

	private static String nested(String incident, int dependencies) {
		return "{\"map\": {\"incident\": %s, \"dependencies\": {%s}}}".formatted(incident,
				list(dependencies, (i) -> "\"n%d\": {}".formatted(i)));
	}

	private static String list(int size, Function<Integer, String> each) {
		return IntStream.range(0, size).boxed().map(each).collect(Collectors.joining(", "));
	}

	private static DependencyPolicy policy(String... settings) {
		return new PolicyResolver(Map.of(), Map.of("partner", TestSettings.of(settings))).dependency("partner",
				DependencyType.CRITICAL, List.of());
	}

}
