package dev.resilience.web;

import java.time.Duration;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DependencyWebExceptionHandler} in a Spring WebFlux application on a
 * real port.
 */
@SpringBootTest(classes = WebFluxApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "spring.main.web-application-type=reactive")
class DependencyWebExceptionHandlerTests {

	@LocalServerPort
	private int port;

	@ParameterizedTest
	@CsvSource({ "/failed/REJECTED, 503", "/failed/RATE_LIMITED, 503", "/failed/TIMEOUT, 504",
			"/failed/CONNECTION_REFUSED, 502", "/failed/SERVER_ERROR, 502", "/failed/CORRUPT_DATA, 502",
			"/failed/PARTIAL_FAILURE, 502", "/wrapped/TIMEOUT, 504" })
	void answersWithProblemDetails(String path, int status) {
		ResponseEntity<String> response = WebServers.get(this.port, path);
		assertThat(response.getStatusCode().value()).isEqualTo(status);
		assertThat(response.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(response.getBody()).contains("\"status\":" + status)
			.contains("\"title\":")
			.contains("\"detail\":\"A required service ")
			.doesNotContain("payments", Failures.SECRET, "Exception");
	}

	@Test
	void saysWhenARefusedRequestMayBeTriedAgain() {
		ResponseEntity<String> response = WebServers.get(this.port, "/refused");
		assertThat(response.getStatusCode().value()).isEqualTo(503);
		assertThat(response.getHeaders().get(HttpHeaders.RETRY_AFTER)).containsExactly("2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/failed/UNKNOWN", "/failed/CLIENT_ERROR", "/unrelated" })
	void leavesOtherErrorsToSpringBoot(String path) {
		ResponseEntity<String> response = WebServers.get(this.port, path);
		assertThat(response.getStatusCode().value()).isEqualTo(500);
		assertThat(response.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_JSON);
		assertThat(response.getBody()).contains("\"error\":\"Internal Server Error\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/handled-by-the-controller", "/handled-by-the-advice", "/handled-by-a-handler" })
	void comesAfterTheApplicationsOwnHandlers(String path) {
		assertThat(WebServers.get(this.port, path).getStatusCode().value()).isEqualTo(418);
	}

	@Test
	void doesNotTouchACommittedResponse() {
		FailedCalls calls = new FailedCalls();
		Throwable failure = new Failures(calls).of(FailureKind.TIMEOUT);
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		exchange.getResponse().setComplete().block(Duration.ofSeconds(10));
		DependencyWebExceptionHandler handler = new DependencyWebExceptionHandler(calls, false,
				ServerCodecConfigurer.create());
		StepVerifier.create(handler.handle(exchange, failure))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
	}

	@Nested
	@TestPropertySource(properties = "expose-names=true")
	class WithNames {

		@LocalServerPort
		private int port;

		@Test
		void namesTheDependency() {
			assertThat(WebServers.get(this.port, "/failed/TIMEOUT").getBody())
				.contains("\"detail\":\"The dependency 'payments' did not answer in time.\"")
				.contains("\"dependency\":\"payments\"")
				.doesNotContain(Failures.SECRET);
		}

	}

}
