package dev.resilience.guard;

import java.util.ArrayList;
import java.util.List;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls.FailedCall;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link Conclusion}: ways out and what is published.
 */
class ConclusionTests {

	private final List<String> degraded = new ArrayList<>();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification())
		.with((dependency, age) -> this.degraded.add(dependency));

	private final KindException failure = new KindException(FailureKind.SERVER_ERROR);

	@ParameterizedTest
	@EnumSource(value = DependencyType.class, names = "UNCLASSIFIED", mode = EnumSource.Mode.EXCLUDE)
	void wayOutServesTheCaller(DependencyType type) throws Throwable {
		Operation operation = operation(type, (work, failure) -> {
			assertThat(failure.exception()).isSameAs(this.failure);
			assertThat(failure.kind()).isEqualTo(FailureKind.SERVER_ERROR);
			return "instead";
		});
		assertThat(operation.call(this::fail)).isEqualTo("instead");
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(this.environment.onlyEvent().isError()).isTrue();
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(1);
		assertThat(this.degraded).containsExactly("partner");
	}

	@Test
	void wayOutThatDoesNotServeIsPassedOver() throws Throwable {
		WayOut other = (work, failure) -> WayOut.NOTHING;
		assertThat(operation(DependencyType.DEGRADED, other, (work, failure) -> "second").call(this::fail))
			.isEqualTo("second");
	}

	@Test
	void wayOutThatThrowsLeadsToTheNext() throws Throwable {
		IllegalStateException thrown = new IllegalStateException("first");
		assertThat(operation(DependencyType.DEGRADED, throwing(thrown), (work, failure) -> "second").call(this::fail))
			.isEqualTo("second");
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void exceptionOfTheLastWayOutCarriesTheFirstFailure() {
		IllegalStateException thrown = new IllegalStateException("way out");
		assertThat(catchThrowable(() -> operation(DependencyType.CRITICAL, throwing(thrown)).call(this::fail)))
			.isSameAs(thrown);
		assertThat(thrown.getSuppressed()).containsExactly(this.failure);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
		assertThat(this.degraded).isEmpty();
	}

	@Test
	void firstFailureIsNotSuppressedIntoItself() {
		assertThat(catchThrowable(() -> operation(DependencyType.CRITICAL, throwing(this.failure)).call(this::fail)))
			.isSameAs(this.failure);
		assertThat(this.failure.getSuppressed()).isEmpty();
	}

	@Test
	void firstFailureIsNotSuppressedWhereItIsACauseAlready() {
		for (Exception thrown : List.of(new IllegalStateException(this.failure),
				new IllegalStateException(new IllegalArgumentException(this.failure)))) {
			catchThrowable(() -> operation(DependencyType.CRITICAL, throwing(thrown)).call(this::fail));
			assertThat(thrown.getSuppressed()).isEmpty();
		}
	}

	@Test
	void firstFailureIsNotSuppressedTwice() {
		IllegalStateException thrown = new IllegalStateException("the same each time");
		Operation operation = operation(DependencyType.CRITICAL, throwing(thrown), throwing(thrown));
		catchThrowable(() -> operation.call(this::fail));
		assertThat(thrown.getSuppressed()).containsExactly(this.failure);
	}

	@Test
	void wayOutThatThrowsTheCauseOfTheFailureMakesNoLoop() {
		IllegalStateException cause = new IllegalStateException("cause");
		this.failure.initCause(cause);
		assertThat(catchThrowable(() -> operation(DependencyType.CRITICAL, throwing(cause)).call(this::fail)))
			.isSameAs(cause);
		assertThat(cause.getSuppressed()).isEmpty();
	}

	@Test
	void errorOfAWayOutPassesThrough() {
		Error error = new AssertionError("error");
		assertThat(catchThrowable(() -> operation(DependencyType.OPTIONAL, throwing(error), (work, failure) -> "second")
			.call(this::fail))).isSameAs(error);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void refusedCallTakesTheWayOutToo() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.BLOCKING,
				List.of((work, failure) -> failure.kind()), "isolation=caller", "switch=off");
		assertThat(operation.call(this::fail)).isEqualTo(FailureKind.REJECTED);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void failuresOfCriticalDependenciesAreRemembered() {
		Throwable thrown = catchThrowable(() -> operation(DependencyType.CRITICAL).call(this::fail));
		assertThat(this.environment.failedCalls.find(new IllegalStateException(thrown)))
			.isEqualTo(new FailedCall("partner", FailureKind.SERVER_ERROR, null));
		KindException other = new KindException(FailureKind.SERVER_ERROR);
		catchThrowable(() -> operation(DependencyType.DEGRADED).call((last) -> {
			throw other;
		}));
		assertThat(this.environment.failedCalls.find(other)).isNull();
	}

	@Test
	void refusalOfAnOpenBreakerIsRememberedWithItsRetryAfter() {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"breaker.min-calls=1");
		catchThrowable(() -> operation.call(this::fail));
		Throwable refused = catchThrowable(() -> operation.call(this::fail));
		FailedCall failed = this.environment.failedCalls.find(refused);
		assertThat(failed).isNotNull();
		assertThat(failed.failure()).isEqualTo(FailureKind.REJECTED);
		assertThat(failed.retryAfter()).isPositive();
	}

	private @Nullable Object fail(boolean last) {
		throw this.failure;
	}

	private static WayOut throwing(Throwable thrown) {
		return (work, failure) -> {
			throw thrown;
		};
	}

	private Operation operation(DependencyType type, WayOut... wayOuts) {
		return this.environment.operation(type, Form.BLOCKING, List.of(wayOuts), "isolation=caller");
	}

}
