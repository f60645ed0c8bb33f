package dev.resilience.actuate;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.InstanceOfAssertFactory;
import org.assertj.core.api.MapAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.test.json.JsonContent;
import org.springframework.web.client.HttpClientErrorException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * Durable calls at the endpoint and in a scrape on a real socket, with Spring MVC and
 * with WebFlux.
 */
@ParameterizedClass
@EnumSource(names = { "SERVLET", "REACTIVE" })
@Timeout(120)
class DeliveriesEndpointTests {

	private static final String WRITABLE = "management.endpoint.integrations.access=unrestricted";

	private static final String IN_MEMORY = EndpointApplication.excluding(".security.");

	private static final InstanceOfAssertFactory<Map, MapAssert<String, Object>> WARNING = InstanceOfAssertFactories
		.map(String.class, Object.class);

	private static final Map<WebApplicationType, EndpointApplication> APPLICATIONS = new EnumMap<>(
			WebApplicationType.class);

	@TempDir
	private static Path directory;

	private final WebApplicationType type;

	private final EndpointApplication application;

	DeliveriesEndpointTests(WebApplicationType type) {
		this.type = type;
		this.application = APPLICATIONS.computeIfAbsent(type, (key) -> start("shared", Durable.class, WRITABLE));
	}

	// no call is tried again by itself while a test looks
	private EndpointApplication start(String store, Class<?> beans, String... properties) {
		return new EndpointApplication(this.type, List.of(beans),
				Stream.concat(Stream.of("resilience.types.optional.delivery=durable",
						"resilience.types.optional.delivery.backoff.initial=1h",
						"resilience.types.optional.breaker.enabled=false", "resilience.delivery.poll-interval=20ms",
						"resilience.delivery.directory=" + directory.resolve(store + "-" + this.type)),
						Stream.of(properties))
					.toArray(String[]::new));
	}

	@AfterEach
	void discard() {
		decide("mail", "{\"action\": \"discard\", \"id\": \"all\"}");
		partner(this.application).rejecting = false;
		partner(this.application).taken.clear();
	}

	@AfterAll
	static void stop() {
		APPLICATIONS.values().forEach(EndpointApplication::close);
	}

	@Test
	void showsWhatWaits() {
		messages(this.application).text("a");
		messages(this.application).text("b");
		Awaitility.await().untilAsserted(() -> {
			JsonContent deliveries = deliveries("sms");
			assertThat(deliveries).extractingPath("$")
				.asMap()
				.contains(entry("pending", 2), entry("dead", 0), entry("durable", true), entry("page", 0),
						entry("size", 20), entry("deadLetters", List.of()));
			// both were attempted, and each waits for at least half an hour
			assertThat(deliveries).extractingPath("nextDue")
				.asString()
				.satisfies((due) -> assertThat(Instant.parse(due)).isAfter(Instant.now().plus(Duration.ofMinutes(15))));
			assertThat(deliveries).extractingPath("oldest")
				.asString()
				.satisfies((age) -> assertThat(Duration.parse(age)).isPositive());
		});
		assertThat(json(this.application.get("/integrations/sms"))).extractingPath("delivery")
			.asMap()
			.contains(entry("pending", 2), entry("dead", 0), entry("durable", true))
			.containsOnlyKeys("pending", "dead", "durable", "oldest");
		assertThat(json(this.application.get("/integrations/payments"))).extractingPath("delivery").isNull();
	}

	@Test
	void showsDeadLettersWithTheirCauseInPagesTheLastOnesFirst() {
		die(5);
		List<Map<String, Object>> letters = new ArrayList<>(letters("mail", "?size=2"));
		assertThat(letters).hasSize(2);
		letters.addAll(letters("mail", "?page=1&size=2"));
		assertThat(letters).hasSize(4);
		letters.addAll(letters("mail", "?page=2&size=2"));
		assertThat(letters).hasSize(5);
		assertThat(letters("mail", "?page=3&size=2")).isEmpty();
		assertThat(letters).extracting((letter) -> Instant.parse(String.valueOf(letter.get("diedAt"))))
			.isSortedAccordingTo((one, other) -> other.compareTo(one));
		assertThat(letters).extracting((letter) -> letter.get("id")).doesNotHaveDuplicates();
		assertThat(letters).allSatisfy((letter) -> assertThat(letter)
			.contains(entry("operation", "mail/send"), entry("attempts", 1), entry("reason", "PERMANENT"),
					entry("failure", "CLIENT_ERROR"),
					entry("exception", HttpClientErrorException.BadRequest.class.getName()), entry("arguments", null))
			.containsKeys("id", "acceptedAt"));
		assertThat(letters("mail", "")).isEqualTo(letters);
		assertThat(json(this.application.get("/integrations/mail/deliveries?page=1&size=2"))).extractingPath("$")
			.asMap()
			.contains(entry("page", 1), entry("size", 2), entry("dead", 5), entry("pending", 0));
	}

	@Test
	void showsNoArgumentsByDefault() {
		die(1);
		assertThat(this.application.get("/integrations/mail/deliveries").getBody()).contains("PERMANENT")
			.doesNotContain("secret");
		assertThat(this.application.get("/integrations").getBody()).doesNotContain("secret");
	}

	@Test
	void showsArgumentsIfThatIsWanted() {
		try (EndpointApplication open = start("open", Durable.class,
				"management.endpoint.integrations.show-values=always")) {
			die(open, 1);
			assertThat(letters(open.get("/integrations/mail/deliveries"))).singleElement()
				.extracting((letter) -> letter.get("arguments"))
				.isEqualTo(Map.of("to", "nobody", "text", "secret"));
			assertThat(open.get("/integrations").getBody()).doesNotContain("secret");
		}
	}

	@Test
	void showsArgumentsToThoseWhoHaveARoleIfThatIsWanted() {
		try (EndpointApplication secured = start("secured", Secured.class, EndpointApplication.excluding(".jdbc."),
				"management.endpoint.integrations.show-values=when-authorized",
				"management.endpoint.integrations.roles=OPERATOR")) {
			String path = "/integrations/mail/deliveries";
			die(secured, 1, as("operator"));
			assertThat(secured.get(path).getStatusCode()).isEqualTo(HttpStatus.UNAUTHORIZED);
			assertThat(letters(secured.get(path, as("operator")))).singleElement()
				.extracting((letter) -> letter.get("arguments"))
				.isEqualTo(Map.of("to", "nobody", "text", "secret"));
			assertThat(letters(secured.get(path, as("guest")))).singleElement()
				.satisfies((letter) -> assertThat(letter).contains(entry("reason", "PERMANENT"),
						entry("arguments", null)));
		}
	}

	@ParameterizedTest
	@CsvSource({ "-1, 20", "0, 0", "0, -1", "0, 501" })
	void refusesPagesThatCannotBe(int page, int size) {
		assertProblem(this.application.get("/integrations/mail/deliveries?page=%d&size=%d".formatted(page, size)),
				HttpStatus.BAD_REQUEST,
				"'page' is %d and 'size' is %d, allowed are a page from 0 and a size from 1 to 500".formatted(page,
						size));
	}

	@ParameterizedTest
	@ValueSource(strings = { "page=first", "size=many", "page=99999999999" })
	void refusesPagesThatAreNoNumbers(String query) {
		assertThat(this.application.get("/integrations/mail/deliveries?" + query).getStatusCode())
			.isEqualTo(HttpStatus.BAD_REQUEST);
	}

	@Test
	void acceptsThePagesAtTheEdges() {
		assertThat(letters("mail", "?page=2147483647&size=500")).isEmpty();
		assertThat(letters("mail", "?page=0&size=1")).isEmpty();
	}

	@Test
	void requeuesOneDeadLetter() {
		die(2);
		Object id = letters("mail", "?size=1").get(0).get("id");
		partner(this.application).rejecting = false;
		this.application.audits().clear();
		assertThat(json(decide("mail", "{\"action\": \"requeue\", \"id\": \"%s\"}".formatted(id)))).extractingPath("$")
			.isEqualTo(Map.of("action", "requeue", "deadLetters", 1));
		Awaitility.await().until(() -> partner(this.application).taken.size() == 1);
		assertDecided("requeue", String.valueOf(id), 1);
		assertThat(letters("mail", "")).singleElement()
			.satisfies((letter) -> assertThat(letter.get("id")).isNotEqualTo(id));
		assertProblem(decide("mail", "{\"action\": \"requeue\", \"id\": \"%s\"}".formatted(id)), HttpStatus.NOT_FOUND,
				"There is no dead letter with that id: somebody may have decided about it");
		assertThat(this.application.audits()).hasSize(1);
	}

	@Test
	void requeuesAllDeadLetters() {
		die(3);
		partner(this.application).rejecting = false;
		this.application.audits().clear();
		assertThat(json(decide("mail", "{\"action\": \"requeue\", \"id\": \"all\"}"))).extractingPath("deadLetters")
			.isEqualTo(3);
		Awaitility.await().until(() -> partner(this.application).taken.size() == 3);
		assertDecided("requeue", "all", 3);
		Awaitility.await()
			.untilAsserted(() -> assertThat(deliveries("mail")).extractingPath("$")
				.asMap()
				.contains(entry("pending", 0), entry("dead", 0)));
	}

	@Test
	void discardsDeadLetters() {
		die(3);
		this.application.audits().clear();
		Object id = letters("mail", "?size=1").get(0).get("id");
		assertThat(json(decide("mail", "{\"action\": \"discard\", \"id\": \"%s\"}".formatted(id)))).extractingPath("$")
			.isEqualTo(Map.of("action", "discard", "deadLetters", 1));
		assertDecided("discard", String.valueOf(id), 1);
		assertThat(letters("mail", "")).hasSize(2);
		assertThat(json(decide("mail", "{\"action\": \"discard\", \"id\": \"all\"}"))).extractingPath("deadLetters")
			.isEqualTo(2);
		assertThat(letters("mail", "")).isEmpty();
		assertThat(json(decide("mail", "{\"action\": \"discard\", \"id\": \"all\"}"))).extractingPath("deadLetters")
			.isEqualTo(0);
		assertThat(partner(this.application).taken).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{}                                  | 'id' is missing, allowed are the id of a dead letter and all
			{"action": "requeue"}               | 'id' is missing, allowed are the id of a dead letter and all
			{"action": "requeue", "id": " "}    | 'id' is missing, allowed are the id of a dead letter and all
			{"id": "all"}                       | 'action' is missing, allowed are requeue and discard
			{"action": "burn", "id": "all"}     | 'action' is 'burn', allowed are requeue and discard
			""", quoteCharacter = '`')
	void refusesADecisionThatCannotBe(String body, String reason) {
		die(1);
		assertProblem(decide("mail", body), HttpStatus.BAD_REQUEST, reason);
		assertThat(letters("mail", "")).hasSize(1);
	}

	@Test
	void decisionsNeedWriteAccess() {
		try (EndpointApplication readOnly = start("read-only", Durable.class)) {
			die(readOnly, 1);
			for (String action : List.of("requeue", "discard")) {
				assertThat(readOnly
					.postTo("/integrations/mail/deliveries", "{\"action\": \"%s\", \"id\": \"all\"}".formatted(action))
					.getStatusCode()).isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
			}
			assertThat(letters(readOnly.get("/integrations/mail/deliveries"))).hasSize(1);
		}
	}

	@Test
	void answersNotFound() {
		String decision = "{\"action\": \"discard\", \"id\": \"all\"}";
		assertThat(this.application.get("/integrations/unknown/deliveries").getStatusCode())
			.isEqualTo(HttpStatus.NOT_FOUND);
		assertThat(decide("unknown", decision).getStatusCode()).isEqualTo(HttpStatus.NOT_FOUND);
		assertThat(this.application.postTo("/integrations/mail/quarantine", decision).getStatusCode())
			.isEqualTo(HttpStatus.NOT_FOUND);
		String reason = "Dependency 'payments' has no durable operation: see 'resilience.dependencies.payments.delivery'";
		assertProblem(this.application.get("/integrations/payments/deliveries"), HttpStatus.NOT_FOUND, reason);
		assertProblem(decide("payments", decision), HttpStatus.NOT_FOUND, reason);
		assertProblem(decide("mail", "{\"action\": \"discard\", \"id\": \"unknown\"}"), HttpStatus.NOT_FOUND,
				"There is no dead letter with that id: somebody may have decided about it");
	}

	@Test
	void warnsOfABacklogThatGrows() {
		try (EndpointApplication growing = start("growing", Clocked.class)) {
			String path = "/integrations/fax";
			assertThat(json(growing.get(path + "/deliveries"))).extractingPath("pending").isEqualTo(0);
			assertThat(json(growing.get(path))).extractingPath("warnings").asArray().isEmpty();
			for (int i = 0; i < 12; i++) {
				messages(growing).transmit("page " + i);
			}
			growing.bean(MovableClock.class).ahead = Duration.ofSeconds(15);
			Awaitility.await()
				.untilAsserted(() -> assertThat(json(growing.get(path))).extractingPath("warnings")
					.asArray()
					.singleElement()
					.asInstanceOf(WARNING)
					.contains(entry("signal", "BACKLOG"),
							entry("message", "Its durable calls come faster than they are delivered: 12 are waiting"))
					.hasEntrySatisfying("since",
							(since) -> assertThat(Instant.parse(String.valueOf(since))).isNotNull()));
			assertThat(json(growing.get(path))).extractingPath("status").isEqualTo("DEGRADED");
		}
	}

	@Test
	void warnsOfAStoreThatIsNotDurableAndOfOneThatDoesNotAnswer() {
		try (EndpointApplication forgetful = start("unused", Durable.class, WRITABLE, IN_MEMORY)) {
			assertThat(json(forgetful.get("/integrations/mail"))).extractingPath("delivery.durable").isEqualTo(false);
			assertThat(json(forgetful.get("/integrations/mail/deliveries"))).extractingPath("durable").isEqualTo(false);
			assertThat(json(forgetful.get("/integrations/mail"))).extractingPath("warnings[*].message")
				.isEqualTo(List
					.of("The database of its durable calls does not keep what it has committed when it crashes"));
			new JdbcTemplate(forgetful.bean(DataSource.class)).execute("shutdown");
			Awaitility.await()
				.untilAsserted(() -> assertThat(json(forgetful.get("/integrations/mail")))
					.extractingPath("warnings[?(@.since != null)]")
					.asArray()
					.singleElement()
					.asInstanceOf(WARNING)
					.contains(entry("signal", "DELIVERY_STORE"), entry("message",
							"The store of its durable calls does not answer: none is accepted or delivered")));
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> messages(forgetful).send("nobody", "secret"));
			assertThat(forgetful.get("/prometheus").getBody())
				.contains("resilience_deliveries_total{dependency=\"mail\",result=\"rejected\"} 1.0");
			String reason = "The store of durable calls does not answer";
			assertProblem(forgetful.get("/integrations/mail/deliveries"), HttpStatus.SERVICE_UNAVAILABLE, reason);
			assertProblem(
					forgetful.postTo("/integrations/mail/deliveries", "{\"action\": \"discard\", \"id\": \"all\"}"),
					HttpStatus.SERVICE_UNAVAILABLE, reason);
		}
	}

	@Test
	void measuresWhatIsDurableAndNothingElse() {
		Instant before = Instant.now();
		try (EndpointApplication measured = start("measured", Durable.class, WRITABLE)) {
			assertThat(measured.get("/prometheus").getBody())
				.contains("resilience_deliveries_total{dependency=\"mail\",result=\"accepted\"} 0.0",
						"resilience_delivery_pending{dependency=\"mail\"} 0.0",
						"resilience_delivery_oldest_seconds{dependency=\"mail\"} 0.0")
				.doesNotContainPattern("resilience_deliver.*\"payments\"");
			messages(measured).send("somebody", "hello");
			Awaitility.await().until(() -> partner(measured).taken.size() == 1);
			die(measured, 2);
			messages(measured).text("somebody");
			measured.postTo("/integrations/mail/deliveries",
					"{\"action\": \"discard\", \"id\": \"%s\"}".formatted(id(measured)));
			measured.postTo("/integrations/mail/deliveries",
					"{\"action\": \"requeue\", \"id\": \"%s\"}".formatted(id(measured)));
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(measured.get("/prometheus").getBody())
							.contains(Stream
								.of("accepted\"} 3.0", "delivered\"} 1.0", "discarded\"} 1.0", "requeued\"} 1.0",
										"dead\"} 3.0")
								.map("resilience_deliveries_total{dependency=\"mail\",result=\""::concat)
								.toArray(String[]::new))
							.contains("resilience_deliveries_total{dependency=\"sms\",result=\"deferred\"} 1.0",
									"resilience_delivery_pending{dependency=\"sms\"} 1.0",
									"resilience_delivery_pending{dependency=\"mail\"} 0.0",
									"resilience_delivery_oldest_seconds{dependency=\"mail\"} 0.0"));
			double oldest = scraped(measured, "resilience_delivery_oldest_seconds{dependency=\"sms\"}");
			assertThat(oldest).isPositive().isLessThan(Duration.between(before, Instant.now()).toMillis() / 1000.0);
			assertThat(json(measured.get("/metrics/resilience.delivery.oldest"))).extractingPath("baseUnit")
				.isEqualTo("seconds");
		}
	}

	private static double scraped(EndpointApplication application, String series) {
		Matcher matcher = Pattern.compile(Pattern.quote(series) + " (\\S+)")
			.matcher(String.valueOf(application.get("/prometheus").getBody()));
		assertThat(matcher.find()).as(series).isTrue();
		return Double.parseDouble(matcher.group(1));
	}

	private void die(int mails) {
		die(this.application, mails);
	}

	private static void die(EndpointApplication application, int mails) {
		die(application, mails, (headers) -> {
		});
	}

	/** Send mails that the partner rejects for good. */
	private static void die(EndpointApplication application, int mails, Consumer<HttpHeaders> reader) {
		partner(application).rejecting = true;
		for (int i = 0; i < mails; i++) {
			messages(application).send("nobody", "secret");
		}
		Awaitility.await()
			.until(() -> body(application.get("/integrations/mail/deliveries", reader), HttpStatus.OK)
				.contains("\"dead\":%d,".formatted(mails)));
	}

	private static Object id(EndpointApplication application) {
		return letters(application.get("/integrations/mail/deliveries")).get(0).get("id");
	}

	private List<Map<String, Object>> letters(String name, String query) {
		return letters(this.application.get("/integrations/" + name + "/deliveries" + query));
	}

	private static List<Map<String, Object>> letters(ResponseEntity<String> response) {
		List<Map<String, Object>> letters = new ArrayList<>();
		assertThat(json(response)).extractingPath("deadLetters")
			.asArray()
			.allSatisfy((letter) -> letters.add(map(letter)));
		return letters;
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object letter) {
		return (Map<String, Object>) letter;
	}

	private JsonContent deliveries(String name) {
		return json(this.application.get("/integrations/" + name + "/deliveries"));
	}

	private ResponseEntity<String> decide(String name, String body) {
		return this.application.postTo("/integrations/" + name + "/deliveries", body);
	}

	private void assertDecided(String action, String id, int letters) {
		assertThat(this.application.audits()).singleElement().satisfies((event) -> {
			assertThat(event.getType()).isEqualTo("INTEGRATION_DEAD_LETTERS_DECIDED");
			assertThat(event.getPrincipal()).isEqualTo("unknown");
			assertThat(event.getData())
				.isEqualTo(Map.of("dependency", "mail", "action", action, "id", id, "deadLetters", letters));
		});
	}

	private static Partner partner(EndpointApplication application) {
		return application.bean(Partner.class);
	}

	private static Messages messages(EndpointApplication application) {
		return application.bean(Messages.class);
	}

	private static Consumer<HttpHeaders> as(String user) {
		return (headers) -> headers.setBasicAuth(user, "password");
	}

	private static JsonContent json(ResponseEntity<String> response) {
		return new JsonContent(body(response, HttpStatus.OK));
	}

	private static void assertProblem(ResponseEntity<String> response, HttpStatus status, String reason) {
		assertThat(new JsonContent(body(response, status))).extractingPath("reason").isEqualTo(reason);
	}

	private static String body(ResponseEntity<String> response, HttpStatus status) {
		assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(status);
		return String.valueOf(response.getBody());
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Partner.class, Messages.class })
	static class Durable {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Durable.class)
	static class Secured {

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(user("operator"), user("guest"));
		}

		@Bean
		MapReactiveUserDetailsService reactiveUsers() {
			return new MapReactiveUserDetailsService(user("operator"), user("guest"));
		}

		private static UserDetails user(String name) {
			return User.withUsername(name).password("{noop}password").roles(name.toUpperCase(Locale.ROOT)).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Durable.class, MovableClock.class })
	static class Clocked {

	}

	static class MovableClock implements InstantSource {

		private volatile Duration ahead = Duration.ZERO;

		@Override
		public Instant instant() {
			return Instant.now().plus(this.ahead);
		}

	}

	static class Partner {

		private final Queue<String> taken = new ConcurrentLinkedQueue<>();

		private volatile boolean rejecting;

	}

	static class Messages {

		private final Partner partner;

		Messages(Partner partner) {
			this.partner = partner;
		}

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(String to, String text) {
			if (this.partner.rejecting) {
				throw HttpClientErrorException.create(HttpStatus.BAD_REQUEST, text, HttpHeaders.EMPTY, new byte[0],
						null);
			}
			this.partner.taken.add(to);
		}

		@Dependency(name = "sms", type = DependencyType.OPTIONAL)
		void text(String to) {
			throw new IllegalStateException("No network for " + to);
		}

		@Dependency(name = "fax", type = DependencyType.OPTIONAL)
		void transmit(String page) {
			throw new IllegalStateException("No paper for " + page);
		}

	}

}
