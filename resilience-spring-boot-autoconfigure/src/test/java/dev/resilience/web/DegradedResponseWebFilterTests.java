package dev.resilience.web;

import java.time.Duration;

import dev.resilience.signal.DegradedResponse;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DegradedResponseWebFilter} in a Spring WebFlux application on a real
 * port.
 */
@SpringBootTest(classes = WebFluxApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "spring.main.web-application-type=reactive")
class DegradedResponseWebFilterTests {

	private static final int DEPENDENCIES = 500;

	@LocalServerPort
	private int port;

	@ParameterizedTest
	@ValueSource(strings = { "/degraded", "/stale", "/degraded-elsewhere" })
	void marksTheResponse(String path) {
		assertThat(WebServers.get(this.port, path).getHeaders().get("X-Degraded")).containsExactly("true");
	}

	@Test
	void leavesOtherResponsesAlone() {
		assertThat(WebServers.get(this.port, "/healthy").getHeaders().containsHeader("X-Degraded")).isFalse();
	}

	@Test
	void losesNoNameWhenSeveralThreadsDegradeOneResponse() {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		new DegradedResponseWebFilter(true).filter(exchange,
				(current) -> Mono.deferContextual((context) -> Flux.range(0, DEPENDENCIES)
					.parallel(4)
					.runOn(Schedulers.parallel())
					.doOnNext((number) -> context.get(DegradedResponse.class).degradedBy("dependency-" + number, null))
					.sequential()
					.then(current.getResponse().setComplete())))
			.block(Duration.ofSeconds(30));
		String header = exchange.getResponse().getHeaders().getFirst("X-Degraded");
		assertThat(header).isNotNull();
		assertThat(header.split(", ")).doesNotHaveDuplicates().hasSize(DEPENDENCIES);
	}

	@Test
	void doesNothingOnceTheResponseIsCommitted() {
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		new DegradedResponseWebFilter(false)
			.filter(exchange,
					(current) -> Mono.deferContextual((context) -> current.getResponse()
						.setComplete()
						.doOnSuccess((done) -> context.get(DegradedResponse.class).degradedBy("search", null))))
			.block(Duration.ofSeconds(10));
		assertThat(exchange.getResponse().getHeaders().containsHeader("X-Degraded")).isFalse();
	}

	@Nested
	@TestPropertySource(properties = "expose-names=true")
	class WithNames {

		@LocalServerPort
		private int port;

		@Test
		void namesEachDependencyOnceInOrder() {
			assertThat(WebServers.get(this.port, "/degraded").getHeaders().get("X-Degraded"))
				.containsExactly("search, recommendations");
		}

		@Test
		void tellsTheAgeOfTheOldestData() {
			assertThat(WebServers.get(this.port, "/stale").getHeaders().get("X-Degraded"))
				.containsExactly("search;age=42");
		}

	}

}
