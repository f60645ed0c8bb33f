package dev.resilience.web;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import dev.resilience.Deadline;
import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceWebFluxAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceWebMvcAutoConfiguration;
import dev.resilience.guard.RequestDeadline;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests whose callers say when they give up, over real sockets.
 */
class InboundDeadlineTests {

	private static final String HEADER = "X-Request-Timeout";

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	@AfterEach
	void leaveTheRequest() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void knowsNothingOutsideARequest() {
		assertThat(new ServletRequestDeadline().current()).isNull();
	}

	@Test
	void knowsNothingOnceTheRequestHasEnded() throws Exception {
		MockHttpServletRequest request = arrived("5000");
		ServletRequestAttributes attributes = new ServletRequestAttributes(request);
		RequestContextHolder.setRequestAttributes(attributes);
		assertThat(new ServletRequestDeadline().current()).isNotNull();
		attributes.requestCompleted();
		assertThat(new ServletRequestDeadline().current()).isNull();
	}

	@Test
	void anotherDispatchOfARequestDoesNotRestartIt() throws Exception {
		MockHttpServletRequest request = arrived("5000");
		Object deadline = request.getAttribute(DeadlineFilter.ATTRIBUTE);
		assertThat(deadline).isInstanceOf(Deadline.class);
		dispatch(request);
		assertThat(request.getAttribute(DeadlineFilter.ATTRIBUTE)).isSameAs(deadline);
	}

	private static MockHttpServletRequest arrived(String value) throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader(HEADER, value);
		dispatch(request);
		return request;
	}

	private static void dispatch(MockHttpServletRequest request) throws Exception {
		new DeadlineFilter(new DeadlineHeader(HEADER, System::nanoTime)).doFilter(request,
				new MockHttpServletResponse(), new MockFilterChain());
	}

	private static ResponseEntity<String> get(int port, String path, String... values) {
		return RestClient.create("http://localhost:" + port)
			.get()
			.uri(path)
			.header(HEADER, values)
			.retrieve()
			.onStatus(HttpStatusCode::isError, (request, response) -> {
			})
			.toEntity(String.class);
	}

	private static Duration left(int port, String path, String... values) {
		ResponseEntity<String> response = get(port, path, values);
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
		return Duration.ofMillis(Long.parseLong(String.valueOf(response.getBody())));
	}

	private static long left() {
		return DependencyCall.current().orElseThrow().deadline().remaining().toMillis();
	}

	@Nested
	@SpringBootTest(classes = Servlet.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "spring.main.web-application-type=servlet", "resilience.deadline.header=" + HEADER,
					"resilience.dependencies.partner.timeout=60s" })
	class InServletApplications {

		@LocalServerPort
		private int port;

		@ParameterizedTest
		@ValueSource(strings = { "/blocking", "/stage", "/mono", "/callable" })
		void callsEndWhenTheCallerGivesUp(String path) {
			assertThat(left(this.port, path, "20000")).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(20));
		}

		@ParameterizedTest
		@ValueSource(strings = { "/blocking", "/stage", "/mono", "/callable" })
		void callsKeepTheirTimeoutWhenTheCallerHasMoreTime(String path) {
			assertThat(left(this.port, path, "999999999999999999")).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@ParameterizedTest
		@ValueSource(strings = { "-1", "1.5", "soon", "1000000000000000000" })
		void whatIsNoTimeIsIgnored(String value) {
			assertThat(left(this.port, "/blocking", value)).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@Test
		void severalTimesAreIgnored() {
			assertThat(left(this.port, "/blocking", "20000", "20000")).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@Test
		void callsAreRefusedWhenNothingIsLeft() {
			assertThat(get(this.port, "/blocking", "0").getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		}

		@Test
		void whatIsFiredAndForgottenOutlivesTheRequest() {
			assertThat(left(this.port, "/forgotten", "20000")).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@Test
		void asynchronousDispatchesDoNotRestartTheTime() {
			assertThat(get(this.port, "/dispatched", "20000").getBody()).isEqualTo("same deadline: true");
		}

	}

	@Nested
	@SpringBootTest(classes = Reactive.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = { "spring.main.web-application-type=reactive", "resilience.deadline.header=" + HEADER,
					"resilience.dependencies.partner.timeout=60s" })
	class InReactiveApplications {

		@LocalServerPort
		private int port;

		@Test
		void callsEndWhenTheCallerGivesUp() {
			assertThat(left(this.port, "/mono", "20000")).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(20));
		}

		@ParameterizedTest
		@ValueSource(strings = { "999999999999999999", "-1", "1.5", "soon", "1000000000000000000" })
		void callsKeepTheirTimeout(String value) {
			assertThat(left(this.port, "/mono", value)).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@Test
		void severalTimesAreIgnored() {
			assertThat(left(this.port, "/mono", "20000", "20000")).isBetween(TIMEOUT.dividedBy(2), TIMEOUT);
		}

		@Test
		void callsAreRefusedWhenNothingIsLeft() {
			assertThat(get(this.port, "/mono", "0").getStatusCode()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ WebServers.Mvc.class, ResilienceAutoConfiguration.class, ResilienceWebMvcAutoConfiguration.class,
			Partner.class, ServletController.class })
	static class Servlet {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ WebServers.WebFlux.class, ResilienceAutoConfiguration.class, ResilienceWebFluxAutoConfiguration.class,
			Partner.class, ReactiveController.class })
	static class Reactive {

	}

	static class Partner {

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public long blocking() {
			return left();
		}

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public CompletableFuture<Long> stage() {
			return CompletableFuture.completedFuture(left());
		}

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public Mono<Long> mono() {
			return Mono.just(left());
		}

		@Dependency(name = "partner", type = DependencyType.OPTIONAL)
		public void forgotten(CompletableFuture<Long> seen, Supplier<Long> nested) {
			seen.complete(Math.min(left(), nested.get()));
		}

	}

	@RestController
	static class ServletController {

		private final Partner partner;

		private final RequestDeadline deadline;

		private final AtomicReference<@Nullable Deadline> first = new AtomicReference<>();

		ServletController(Partner partner, RequestDeadline deadline) {
			this.partner = partner;
			this.deadline = deadline;
		}

		@GetMapping("/blocking")
		long blocking() {
			return this.partner.blocking();
		}

		@GetMapping("/stage")
		CompletableFuture<Long> stage() {
			return this.partner.stage();
		}

		@GetMapping("/mono")
		Mono<Long> mono() {
			return this.partner.mono();
		}

		@GetMapping("/callable")
		Callable<Long> callable() {
			return this.partner::blocking;
		}

		@GetMapping("/forgotten")
		long forgotten() throws Exception {
			CompletableFuture<Long> seen = new CompletableFuture<>();
			this.partner.forgotten(seen, this.partner::blocking);
			return seen.get(30, TimeUnit.SECONDS);
		}

		@GetMapping("/dispatched")
		CompletableFuture<Long> dispatched() {
			this.first.set(this.deadline.current());
			return CompletableFuture.supplyAsync(() -> {
				throw new UnsupportedOperationException();
			});
		}

		@ExceptionHandler
		String failed(UnsupportedOperationException ex) {
			Deadline first = this.first.get();
			return "same deadline: " + (first != null && first == this.deadline.current());
		}

	}

	@RestController
	static class ReactiveController {

		private final Partner partner;

		ReactiveController(Partner partner) {
			this.partner = partner;
		}

		@GetMapping("/mono")
		Mono<Long> mono() {
			return this.partner.mono();
		}

	}

}
