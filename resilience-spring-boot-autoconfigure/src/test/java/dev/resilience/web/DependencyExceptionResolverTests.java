package dev.resilience.web;

import java.util.List;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DependencyExceptionResolver} in a Spring MVC application on a real
 * port.
 */
@SpringBootTest(classes = MvcApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "spring.main.web-application-type=servlet")
class DependencyExceptionResolverTests {

	@LocalServerPort
	private int port;

	@ParameterizedTest
	@CsvSource({ "/failed/REJECTED, 503", "/failed/RATE_LIMITED, 503", "/failed/TIMEOUT, 504",
			"/failed/CONNECTION_REFUSED, 502", "/failed/SERVER_ERROR, 502", "/failed/CORRUPT_DATA, 502",
			"/failed/PARTIAL_FAILURE, 502", "/wrapped/TIMEOUT, 504", "/later/SERVER_ERROR, 502" })
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
		assertThat(WebServers.get(this.port, "/failed/REJECTED").getHeaders().get(HttpHeaders.RETRY_AFTER))
			.containsExactly("5");
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
	@CsvSource({ "/handled-by-the-controller, controller", "/handled-by-the-advice, advice",
			"/handled-by-its-annotation, I'm a teapot" })
	void comesAfterTheApplicationsOwnHandlers(String path, String body) {
		ResponseEntity<String> response = WebServers.get(this.port, path);
		assertThat(response.getStatusCode().value()).isEqualTo(418);
		assertThat(response.getBody()).contains(body);
	}

	@Test
	void doesNotTouchACommittedResponse() {
		FailedCalls calls = new FailedCalls();
		MockHttpServletResponse response = new MockHttpServletResponse();
		response.setCommitted(true);
		Exception failure = new Failures(calls).of(FailureKind.TIMEOUT);
		assertThat(new DependencyExceptionResolver(calls, false, List.of(new JacksonJsonHttpMessageConverter()))
			.resolveException(new MockHttpServletRequest(), response, null, failure)).isNull();
		assertThat(response.getStatus()).isEqualTo(200);
	}

	@Test
	void leavesTheErrorToOthersWhenNothingCanWriteProblemDetails() {
		FailedCalls calls = new FailedCalls();
		Exception failure = new Failures(calls).of(FailureKind.TIMEOUT);
		assertThat(new DependencyExceptionResolver(calls, false, List.of())
			.resolveException(new MockHttpServletRequest(), new MockHttpServletResponse(), null, failure)).isNull();
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
