package dev.resilience.web;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DependencyProblems}.
 */
@ExtendWith(OutputCaptureExtension.class)
class DependencyProblemsTests {

	private final FailedCalls calls = new FailedCalls();

	private final Failures failures = new Failures(this.calls);

	private final DependencyProblems problems = new DependencyProblems(this.calls, true);

	@Test
	void recognisesTheFailedInstance() {
		assertThat(status(this.failures.of(FailureKind.TIMEOUT))).isEqualTo(504);
	}

	@Test
	void recognisesTheFailedInstanceWhateverItIsWrappedIn() {
		IOException failed = this.failures.remember(new IOException(), FailureKind.SERVER_ERROR);
		assertThat(status(new IllegalStateException(new CompletionException(failed)))).isEqualTo(502);
	}

	@Test
	void doesNotTakeAnotherInstanceOfTheSameTypeForTheFailedOne() {
		this.failures.of(FailureKind.TIMEOUT);
		assertThat(status(new IllegalStateException(Failures.SECRET))).isNull();
	}

	@Test
	void doesNotTakeSuppressedExceptionsForCauses() {
		Exception exception = new IllegalStateException();
		exception.addSuppressed(this.failures.of(FailureKind.TIMEOUT));
		assertThat(status(exception)).isNull();
	}

	@Test
	void recognisesTheGuardsOwnExceptions() {
		assertThat(status(new IllegalStateException(new DependencyOverloadedException("payments", "full", false))))
			.isEqualTo(503);
		assertThat(status(new DependencyTimeoutException("payments", "charge", Duration.ofSeconds(1), null)))
			.isEqualTo(504);
	}

	@Test
	void passesOnWhenARefusedDependencyMayBeTriedAgain() {
		DependencyProblem problem = this.problems
			.answer(new DependencyUnavailableException("payments", "open", Duration.ofMillis(2500), null, false));
		assertThat(problem).isNotNull();
		assertThat(problem.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isEqualTo("3");
		assertThat(problem.getBody().getProperties()).containsEntry("dependency", "payments");
	}

	@Test
	void looksNotBehindARefusalForTheOlderFailureThatLedToIt() {
		Exception refused = new DependencyUnavailableException("payments", "open", null,
				this.failures.of(FailureKind.SERVER_ERROR), false);
		assertThat(status(new IllegalStateException(refused))).isEqualTo(503);
	}

	@Test
	void takesTheOuterOfTwoFailures() {
		Exception refused = new DependencyOverloadedException("inventory", "full", false);
		Exception failed = this.failures.remember(new IllegalStateException(refused), FailureKind.CORRUPT_DATA);
		assertThat(status(failed)).isEqualTo(502);
	}

	@Test
	void survivesChainsThatEndInThemselves() {
		Exception first = new IllegalStateException();
		first.initCause(new IllegalStateException(first));
		assertThat(status(first)).isNull();
	}

	@Test
	void logsTheFailureWithoutItsMessageAndStackTrace(CapturedOutput output) {
		this.problems.answer(new RuntimeException(this.failures.of(FailureKind.TIMEOUT)));
		assertThat(output).contains("WARN")
			.contains("A request failed with 504 because of dependency 'payments': TIMEOUT")
			.contains("(java.lang.RuntimeException)")
			.doesNotContain(Failures.SECRET)
			.doesNotContain("\tat ");
	}

	@Test
	void logsNothingAboutOtherFailures(CapturedOutput output) {
		this.problems.answer(this.failures.of(FailureKind.UNKNOWN));
		assertThat(output).isEmpty();
	}

	private @Nullable Integer status(Throwable exception) {
		DependencyProblem problem = this.problems.answer(exception);
		return (problem != null) ? problem.getStatusCode().value() : null;
	}

}
