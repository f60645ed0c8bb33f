package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.SwitchPosition;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * A partner that says when it wants to be asked again.
 */
@Timeout(60)
class RetryAfterTests {

	private static final Duration LONG = Duration.ofHours(1);

	private HttpServer server;

	// when requests came, and what they are answered before they are answered well
	private final List<Instant> requests = new CopyOnWriteArrayList<>();

	private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	private void answer(HttpExchange exchange) throws IOException {
		this.requests.add(Instant.now());
		exchange.getRequestBody().readAllBytes();
		Answer answer = this.answers.poll();
		if (answer != null) {
			exchange.getResponseHeaders().set(HttpHeaders.RETRY_AFTER, answer.retryAfter());
		}
		exchange.sendResponseHeaders((answer != null) ? answer.status() : 200, -1);
		exchange.close();
	}

	static Stream<Arguments> all() {
		return Stream.of(Form.values())
			.flatMap((form) -> Stream.of(429, 503)
				.flatMap((status) -> Stream.of(false, true).map((date) -> Arguments.of(form, status, date))));
	}

	@ParameterizedTest
	@MethodSource("all")
	void isWaitedForIfItFitsIntoTheDeadline(Form form, int status, boolean date) {
		Answer answer = refuse(status, date, Duration.ofSeconds(2));
		run((context) -> {
			form.call(context);
			assertThat(this.requests).hasSize(2);
			assertThat(this.requests.get(1)).isAfterOrEqualTo(answer.endsAfter(this.requests.get(0)));
			assertThat(partner(context).pausedFor()).isNull();
			assertThat(partner(context).pausedUntil()).isNull();
		}, "timeout=30s");
	}

	@ParameterizedTest
	@MethodSource("all")
	void endsTheCallAtOnceAndPausesTheDependencyIfItDoesNotFit(Form form, int status, boolean date) {
		Instant start = Instant.now();
		refuse(status, date, LONG);
		run((context) -> {
			assertThat(catchThrowable(() -> form.call(context)).getClass().getSimpleName())
				.containsAnyOf("TooManyRequests", "ServiceUnavailable");
			assertThat(Instant.now()).isBefore(start.plusSeconds(20));
			for (Form each : Form.values()) {
				DependencyUnavailableException refused = (DependencyUnavailableException) catchThrowable(
						() -> each.call(context));
				assertThat(refused.retryAfter()).isBetween(LONG.minusMinutes(1), LONG.plusSeconds(1));
			}
			assertThat(this.requests).hasSize(1);
			DependencyDescriptor paused = partner(context);
			assertThat(Duration.parse(paused.pausedFor())).isBetween(LONG.minusMinutes(1), LONG.plusSeconds(1));
			assertThat(Instant.parse(paused.pausedUntil())).isCloseTo(start.plus(LONG), within(1, ChronoUnit.MINUTES));
			context.getBean(DependencyRegistry.class)
				.find("partner")
				.setSwitch(SwitchPosition.BYPASS, "it is well", null);
			form.call(context);
			assertThat(this.requests).hasSize(2);
		}, "timeout=30s", "max-pause=2h");
	}

	@ParameterizedTest
	@EnumSource
	void pausesNoLongerThanAllowed(Form form) {
		refuse(503, true, LONG);
		run((context) -> {
			catchThrowable(() -> form.call(context));
			assertThat(Duration.parse(partner(context).pausedFor())).isBetween(Duration.ofSeconds(1),
					Duration.ofMinutes(1));
			assertThat(Instant.parse(partner(context).pausedUntil())).isBefore(Instant.now().plusSeconds(61));
		});
	}

	@ParameterizedTest
	@EnumSource
	void thePauseEndsByItself(Form form) {
		Answer answer = refuse(429, false, Duration.ofSeconds(2));
		run((context) -> {
			assertThat(catchThrowable(() -> form.call(context))).isNotNull();
			await().atMost(30, TimeUnit.SECONDS).until(() -> catchThrowable(() -> form.call(context)) == null);
			assertThat(this.requests).hasSize(2);
			assertThat(this.requests.get(1)).isAfterOrEqualTo(answer.endsAfter(this.requests.get(0)));
			assertThat(partner(context).pausedUntil()).isNull();
		}, "timeout=30s", "retry.max-attempts=1");
	}

	private Answer refuse(int status, boolean date, Duration wait) {
		// a date has no fractions of a second
		Instant end = Instant.now().plus(wait).plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
		Answer answer = new Answer(status,
				date ? DateTimeFormatter.RFC_1123_DATE_TIME.format(end.atOffset(ZoneOffset.UTC))
						: String.valueOf(wait.toSeconds()),
				date ? end : null, wait);
		this.answers.add(answer);
		return answer;
	}

	private void run(ContextConsumer<AssertableApplicationContext> consumer, String... settings) {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean(Client.class, () -> new Client("http://localhost:" + this.server.getAddress().getPort()));
		for (String setting : settings) {
			runner = runner.withPropertyValues("resilience.dependencies.partner." + setting);
		}
		runner.run(consumer);
	}

	private static DependencyDescriptor partner(AssertableApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read("partner");
	}

	/**
	 * What a request is answered.
	 */
	private record Answer(int status, String retryAfter, Instant date, Duration time) {

		// the clock that waits is not the clock of the wall
		private Instant endsAfter(Instant request) {
			return (this.date != null) ? this.date.minusMillis(50) : request.plus(this.time).minusMillis(50);
		}

	}

	enum Form {

		BLOCKING {
			@Override
			void call(AssertableApplicationContext context) {
				context.getBean(Client.class).blocking();
			}
		},

		STAGE {
			@Override
			void call(AssertableApplicationContext context) throws Throwable {
				try {
					context.getBean(Client.class).stage().get(30, TimeUnit.SECONDS);
				}
				catch (ExecutionException ex) {
					throw ex.getCause();
				}
			}
		},

		REACTIVE {
			@Override
			void call(AssertableApplicationContext context) {
				context.getBean(Client.class).reactive().block();
			}
		};

		abstract void call(AssertableApplicationContext context) throws Throwable;

	}

	@Dependency(name = "partner", type = DependencyType.CRITICAL)
	static class Client {

		private static final HttpClient HTTP = HttpClient.newHttpClient();

		private final RestClient client;

		private final WebClient reactive;

		Client(String url) {
			this.client = RestClient.builder()
				.requestFactory(new JdkClientHttpRequestFactory(HTTP))
				.baseUrl(url)
				.build();
			this.reactive = WebClient.builder().clientConnector(new JdkClientHttpConnector(HTTP)).baseUrl(url).build();
		}

		public void blocking() {
			this.client.post().retrieve().toBodilessEntity();
		}

		public CompletableFuture<?> stage() {
			return this.reactive.post().retrieve().toBodilessEntity().toFuture();
		}

		public Mono<?> reactive() {
			return this.reactive.post().retrieve().toBodilessEntity();
		}

	}

}
