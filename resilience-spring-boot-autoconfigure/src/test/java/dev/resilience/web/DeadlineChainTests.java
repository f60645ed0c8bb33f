package dev.resilience.web;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceWebFluxAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceWebMvcAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three services in a row, each of which calls the next one: the innermost stops working
 * when the outermost has given up.
 */
class DeadlineChainTests {

	private static final Duration GIVES_UP = Duration.ofSeconds(3);

	private static final int ENDLESS = 1_000_000;

	private static final String[] INNERMOST = { "resilience.dependencies.work.timeout=20s",
			"resilience.dependencies.work.retry.max-attempts=1000",
			"resilience.dependencies.work.retry.backoff.strategy=fixed",
			"resilience.dependencies.work.retry.backoff.initial=100ms",
			"resilience.dependencies.work.retry.backoff.jitter=0",
			"resilience.dependencies.work.retry.budget.min-per-second=1000",
			"resilience.dependencies.work.breaker.enabled=false" };

	private final Deque<ConfigurableApplicationContext> services = new ArrayDeque<>();

	private final Steps steps = new Steps();

	@AfterEach
	void stop() {
		this.services.descendingIterator().forEachRemaining(ConfigurableApplicationContext::close);
	}

	@ParameterizedTest
	@CsvSource({ "servlet, false", "servlet, true", "reactive, false", "reactive, true" })
	void theInnermostStopsWhenTheOutermostHasGivenUp(String middle, boolean toldByItsCaller) throws Exception {
		int innermost = start(Innermost.class, WebApplicationType.SERVLET, INNERMOST);
		int between = start(middle.equals("servlet") ? Servlet.class : Reactive.class,
				middle.equals("servlet") ? WebApplicationType.SERVLET : WebApplicationType.REACTIVE, next(innermost),
				"resilience.dependencies.next.timeout=20s");
		int outermost = start(Servlet.class, WebApplicationType.SERVLET, next(between),
				"resilience.dependencies.next.timeout=" + (toldByItsCaller ? "20s" : GIVES_UP.toMillis() + "ms"));
		warmUp(between);
		warmUp(outermost);
		HttpRequest.Builder request = request(outermost, ENDLESS);
		if (toldByItsCaller) {
			request.header("X-Request-Timeout", String.valueOf(GIVES_UP.toMillis()));
		}
		int before = this.steps.made.get();
		send(request);
		int made = this.steps.made.get();
		assertThat(made - before).isGreaterThan(3);
		assertThat(this.steps.ended.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(this.steps.made.get() - made).isLessThanOrEqualTo(1);
	}

	// connections and classes are there when the time counts
	private static void warmUp(int port) throws Exception {
		int status = 0;
		for (int i = 0; i < 8 && status != 200; i++) {
			status = send(request(port, 1));
		}
		assertThat(status).isEqualTo(200);
	}

	private static HttpRequest.Builder request(int port, int steps) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/work/" + steps));
	}

	private static int send(HttpRequest.Builder request) throws Exception {
		try {
			return HttpClient.newHttpClient()
				.send(request.timeout(GIVES_UP.multipliedBy(4)).build(), BodyHandlers.discarding())
				.statusCode();
		}
		catch (HttpTimeoutException ex) {
			return 0; // it has left
		}
	}

	private static String next(int port) {
		return "next=http://localhost:" + port;
	}

	private int start(Class<?> service, WebApplicationType type, String... properties) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(service).web(type)
			.bannerMode(Banner.Mode.OFF)
			.properties("server.port=0", "resilience.deadline.header=X-Request-Timeout",
					"resilience.deadline.margin=400ms")
			.properties(properties)
			.initializers((starting) -> starting.getBeanFactory().registerSingleton("steps", this.steps))
			.run();
		this.services.add(context);
		return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	/** What the innermost does. */
	static class Steps {

		private final AtomicInteger made = new AtomicInteger();

		private final CountDownLatch ended = new CountDownLatch(1);

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Configuration(proxyBeanMethods = false)
	@Import({ WebServers.Mvc.class, RestClientAutoConfiguration.class, ResilienceAutoConfiguration.class,
			ResilienceClientAutoConfiguration.class, ResilienceWebMvcAutoConfiguration.class })
	@interface MvcService {

	}

	@MvcService
	@Import({ Work.class, InnermostController.class })
	static class Innermost {

	}

	static class Work {

		private final Steps steps;

		Work(Steps steps) {
			this.steps = steps;
		}

		@Dependency(name = "work", type = DependencyType.CRITICAL, idempotent = true)
		public String work(int steps) {
			this.steps.made.incrementAndGet();
			if (steps == ENDLESS) {
				throw new IllegalStateException("never done");
			}
			return "done";
		}

	}

	@RestController
	static class InnermostController {

		private final Work work;

		private final Steps steps;

		InnermostController(Work work, Steps steps) {
			this.work = work;
			this.steps = steps;
		}

		@GetMapping("/work/{steps}")
		String work(@PathVariable int steps) {
			try {
				return this.work.work(steps);
			}
			finally {
				if (steps == ENDLESS) {
					this.steps.ended.countDown();
				}
			}
		}

	}

	@MvcService
	@Import({ Client.class, Controller.class })
	static class Servlet {

	}

	static class Client {

		private final RestClient client;

		Client(RestClient.Builder builder, @Value("${next}") String url) {
			this.client = builder.baseUrl(url).build();
		}

		@Dependency(name = "next", type = DependencyType.CRITICAL)
		public String work(int steps) {
			return String.valueOf(this.client.get().uri("/work/{steps}", steps).retrieve().body(String.class));
		}

	}

	@RestController
	static class Controller {

		private final Client client;

		Controller(Client client) {
			this.client = client;
		}

		@GetMapping("/work/{steps}")
		String work(@PathVariable int steps) {
			return this.client.work(steps);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ WebServers.WebFlux.class, WebClientAutoConfiguration.class, ResilienceAutoConfiguration.class,
			ResilienceClientAutoConfiguration.class, ResilienceWebFluxAutoConfiguration.class, ReactiveClient.class,
			ReactiveController.class })
	static class Reactive {

	}

	static class ReactiveClient {

		private final WebClient client;

		ReactiveClient(WebClient.Builder builder, @Value("${next}") String url) {
			this.client = builder.baseUrl(url).build();
		}

		@Dependency(name = "next", type = DependencyType.CRITICAL)
		public Mono<String> work(int steps) {
			return this.client.get().uri("/work/{steps}", steps).retrieve().bodyToMono(String.class);
		}

	}

	@RestController
	static class ReactiveController {

		private final ReactiveClient client;

		ReactiveController(ReactiveClient client) {
			this.client = client;
		}

		@GetMapping("/work/{steps}")
		Mono<String> work(@PathVariable int steps) {
			return this.client.work(steps);
		}

	}

}
