package dev.resilience.web;

import java.time.Duration;
import java.util.Map;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls.FailedCall;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DependencyProblem}.
 */
class DependencyProblemTests {

	@ParameterizedTest
	@CsvSource({ "REJECTED, 503, A required service is not available at the moment.",
			"RATE_LIMITED, 503, A required service is not available at the moment.",
			"TIMEOUT, 504, A required service did not answer in time.",
			"CONNECTION_REFUSED, 502, A required service failed.", "SERVER_ERROR, 502, A required service failed.",
			"CORRUPT_DATA, 502, A required service failed.", "PARTIAL_FAILURE, 502, A required service failed." })
	void saysWhatHappened(FailureKind kind, int status, String detail) {
		DependencyProblem problem = problem(kind, Duration.ofSeconds(1), false);
		assertThat(problem).isNotNull();
		assertThat(problem.getStatusCode().value()).isEqualTo(status);
		assertThat(problem.getBody().getStatus()).isEqualTo(status);
		assertThat(problem.getBody().getDetail()).isEqualTo(detail);
		assertThat(problem.getBody().getProperties()).isNull();
		assertThat(problem.getHeaders().getContentType()).isEqualTo(MediaType.APPLICATION_PROBLEM_JSON);
	}

	@ParameterizedTest
	@EnumSource(names = { "NONE", "SLOW_RESPONSE", "CLIENT_ERROR", "UNKNOWN" })
	void leavesAloneWhatIsNoFaultOfTheDependency(FailureKind kind) {
		assertThat(problem(kind, Duration.ofSeconds(1), false)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "PT-5S, 1", "PT0S, 1", "PT0.001S, 1", "PT1S, 1", "PT1.000000001S, 2", "PT1.999S, 2", "PT90S, 90",
			"P366D, 31622400" })
	void asksToRetryAfterWholeSecondsRoundedUp(Duration wait, String seconds) {
		DependencyProblem problem = problem(FailureKind.REJECTED, wait, false);
		assertThat(problem).isNotNull();
		assertThat(problem.getHeaders().get(HttpHeaders.RETRY_AFTER)).containsExactly(seconds);
	}

	@Test
	void asksToRetryAfterOneSecondWhenNobodyKnows() {
		DependencyProblem problem = problem(FailureKind.REJECTED, null, false);
		assertThat(problem).isNotNull();
		assertThat(problem.getHeaders().get(HttpHeaders.RETRY_AFTER)).containsExactly("1");
	}

	@ParameterizedTest
	@EnumSource(names = { "TIMEOUT", "SERVER_ERROR" })
	void asksToRetryOnlyWhatWasRefused(FailureKind kind) {
		DependencyProblem problem = problem(kind, Duration.ofSeconds(7), false);
		assertThat(problem).isNotNull();
		assertThat(problem.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER)).isFalse();
	}

	@Test
	void namesTheDependencyWhenThatIsAllowed() {
		DependencyProblem problem = problem(FailureKind.TIMEOUT, null, true);
		assertThat(problem).isNotNull();
		assertThat(problem.getBody().getDetail()).isEqualTo("The dependency 'payments' did not answer in time.");
		assertThat(problem.getBody().getProperties()).containsOnly(Map.entry("dependency", "payments"));
	}

	private static @Nullable DependencyProblem problem(FailureKind kind, @Nullable Duration wait, boolean exposeName) {
		return DependencyProblem.of(new FailedCall("payments", kind, wait), exposeName);
	}

}
