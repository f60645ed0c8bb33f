package dev.resilience.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailedResultException;
import dev.resilience.FailureKind;
import dev.resilience.failure.ResultClassification;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Failures that are returned and not thrown, in every form of a result.
 */
@ParameterizedClass
@EnumSource
class ReturnedFailureTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().checking((work, result) -> ResultClassification
		.create(List.of((each) -> (each instanceof Answer answer) ? answer.kind : null), null)
		.of(Object.class)
		.check(result));

	private final List<Answer> attempts = new ArrayList<>();

	private final Style style;

	ReturnedFailureTests(Style style) {
		this.style = style;
	}

	@Test
	void criticalCallerGetsTheResultItself() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL);
		Answer answer = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, answer)).isSameAs(answer);
		assertThat(answer.closed).isZero();
		assertThat(this.environment.onlyEvent()).satisfies((event) -> {
			assertThat(event.outcome()).isEqualTo(Outcome.FAILURE);
			assertThat(event.failure()).isEqualTo(FailureKind.SERVER_ERROR);
			assertThat(event.isError()).isTrue();
		});
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.UNSAFE);
	}

	@Test
	void goodResultIsAResult() throws Throwable {
		Answer answer = new Answer(FailureKind.NONE);
		assertThat(call(operation(DependencyType.CRITICAL), answer)).isSameAs(answer);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void nothingIsAResult() throws Throwable {
		assertThat(call(operation(DependencyType.CRITICAL), (Answer) null)).isNull();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void isRepeatedWhereThatIsSafe() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, "idempotent=true", "retry.backoff.initial=1ms");
		Answer first = new Answer(FailureKind.SERVER_ERROR);
		Answer second = new Answer(FailureKind.NONE);
		assertThat(call(operation, first, second)).isSameAs(second);
		assertThat(first.closed).isOne();
		assertThat(second.closed).isZero();
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.RETRIED);
	}

	@Test
	void lastResultOfAllAttemptsIsReturned() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, "idempotent=true", "retry.backoff.initial=1ms");
		Answer last = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, new Answer(FailureKind.SERVER_ERROR), new Answer(FailureKind.TIMEOUT), last))
			.isSameAs(last);
		assertThat(this.attempts).extracting((answer) -> answer.closed).containsExactly(1, 1, 0);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE);
	}

	@Test
	void resultIsNotClosedWhenTheBreakerOpensBeforeTheNextAttempt() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, "idempotent=true", "retry.backoff.initial=1ms",
				"breaker.window=1", "breaker.min-calls=1");
		Answer answer = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, answer)).isSameAs(answer);
		assertThat(answer.closed).isZero();
		assertThatExceptionOfType(DependencyUnavailableException.class).isThrownBy(() -> call(operation, answer))
			.havingCause()
			.isInstanceOfSatisfying(FailedResultException.class,
					(cause) -> assertThat(cause.result()).isSameAs(answer));
	}

	@Test
	void wayOutServes() throws Throwable {
		Operation operation = operation(DependencyType.DEGRADED, (work, failure) -> failure.exception());
		Answer answer = new Answer(FailureKind.CORRUPT_DATA);
		assertThat(call(operation, answer)).isInstanceOfSatisfying(FailedResultException.class, (cause) -> {
			assertThat(cause.result()).isSameAs(answer);
			assertThat(cause.failure()).isEqualTo(FailureKind.CORRUPT_DATA);
			assertThat(cause.getStackTrace()).isEmpty();
			assertThat(cause).hasMessage("A result of type Answer is a failure: CORRUPT_DATA");
		});
		assertThat(answer.closed).isOne();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void wayOutMayHandOnTheResult() throws Throwable {
		Operation operation = operation(DependencyType.DEGRADED,
				(work, failure) -> ((FailedResultException) failure.exception()).result());
		Answer answer = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, answer)).isSameAs(answer);
		assertThat(answer.closed).isZero();
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FALLBACK);
	}

	@Test
	void exceptionIsNeverThrown() throws Throwable {
		Operation operation = operation(DependencyType.DEGRADED, (work, failure) -> {
			throw failure.exception();
		});
		Answer answer = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, answer)).isSameAs(answer);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE);
	}

	@Test
	void mayBeDeclaredAnAnswer() throws Throwable {
		Operation operation = operation(DependencyType.DEGRADED, (work, failure) -> "fallback",
				"ignore=" + FailedResultException.class.getName());
		Answer answer = new Answer(FailureKind.SERVER_ERROR);
		assertThat(call(operation, answer)).isSameAs(answer);
		assertThat(this.environment.onlyEvent()).satisfies((event) -> {
			assertThat(event.outcome()).isEqualTo(Outcome.SUCCESS);
			assertThat(event.failure()).isEqualTo(FailureKind.NONE);
		});
		assertThat(operation.guard().readBreaker().failureRate()).isZero();
	}

	private Operation operation(DependencyType type, String... settings) {
		return operation(type, List.of(), settings);
	}

	private Operation operation(DependencyType type, WayOut wayOut, String... settings) {
		return operation(type, List.of(wayOut), settings);
	}

	private Operation operation(DependencyType type, List<WayOut> wayOuts, String... settings) {
		List<String> all = new ArrayList<>(List.of(settings));
		all.add("isolation=" + ((this.style == Style.WORKER) ? "thread" : "caller"));
		return this.environment.operation(type, this.style.form, wayOuts, all.toArray(String[]::new));
	}

	private @Nullable Object call(Operation operation, @Nullable Answer... answers) throws Throwable {
		Object result = operation.call((last) -> {
			Answer answer = answers[this.attempts.size()];
			this.attempts.add(answer);
			return switch (this.style.form) {
				case STAGE -> CompletableFuture.completedFuture(answer);
				case MONO -> Mono.justOrEmpty(answer);
				default -> answer;
			};
		});
		return switch (this.style.form) {
			case STAGE ->
				Mono.fromFuture((CompletableFuture<?>) Objects.requireNonNull(result)).block(TestEnvironment.LONG);
			case MONO -> Mono.from((Publisher<?>) Objects.requireNonNull(result)).block(TestEnvironment.LONG);
			default -> result;
		};
	}

	enum Style {

		CALLER(Form.BLOCKING), WORKER(Form.BLOCKING), STAGE(Form.STAGE), MONO(Form.MONO);

		private final Form form;

		Style(Form form) {
			this.form = form;
		}

	}

	private static final class Answer implements AutoCloseable {

		private final FailureKind kind;

		private int closed;

		private Answer(FailureKind kind) {
			this.kind = kind;
		}

		@Override
		public void close() {
			this.closed++;
		}

	}

}
