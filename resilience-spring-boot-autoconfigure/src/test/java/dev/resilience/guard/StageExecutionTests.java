package dev.resilience.guard;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.failure.FailureClassification;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link StageExecution}.
 */
class StageExecutionTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	private final CompletableFuture<Object> stage = new CompletableFuture<>();

	@Test
	void completesWithTheValueAndHoldsThePermitUntilThen() throws Throwable {
		Operation operation = operation();
		CompletableFuture<Object> result = call(operation, (last) -> this.stage);
		assertThat(result).isNotDone();
		assertThat(operation.guard().inFlight()).isEqualTo(1);
		assertThat(this.environment.events).isEmpty();
		assertThat(DependencyCall.current()).isEmpty();
		this.stage.complete("value");
		assertThat(result).isCompletedWithValue("value");
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void failsWithTheSameException() throws Throwable {
		IOException failure = new IOException("failure");
		CompletableFuture<Object> result = call(operation(), (last) -> this.stage);
		this.stage.completeExceptionally(failure);
		assertThat(failureOf(result)).isSameAs(failure);
		CompletableFuture<Object> dependent = call(operation(), (last) -> this.stage.thenApply((value) -> value));
		assertThat(failureOf(dependent)).isSameAs(failure);
		CompletableFuture<Object> thrown = call(operation(), (last) -> {
			throw failure;
		});
		assertThat(failureOf(thrown)).isSameAs(failure);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE, Outcome.FAILURE, Outcome.FAILURE);
	}

	@Test
	void timeoutCompletesAndCancels() throws Throwable {
		Operation operation = operation("timeout=20ms");
		CompletableFuture<Object> result = call(operation, (last) -> this.stage);
		assertThat(failureOf(result)).isInstanceOf(DependencyTimeoutException.class);
		assertThat(this.stage).isCancelled();
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@Test
	void permitIsHeldWhileACancelledStageGoesOn() throws Throwable {
		Operation operation = operation("timeout=20ms");
		CompletableFuture<Object> result = call(operation, (last) -> this.stage.minimalCompletionStage());
		assertThat(failureOf(result)).isInstanceOf(DependencyTimeoutException.class);
		assertThat(operation.guard().inFlight()).isEqualTo(1);
		assertThat(operation.guard().abandoned()).isEqualTo(1);
		this.stage.complete("late");
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(this.environment.events).hasSize(1);
	}

	@Test
	void aFutureThatFailsToBeCancelledKeepsItsPermitAndNobodyElse() throws Throwable {
		CompletableFuture<Object> stubborn = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				throw new IllegalStateException("cannot be cancelled");
			}

		};
		Operation operation = operation("timeout=100ms");
		assertThat(failureOf(call(operation, (last) -> stubborn))).isInstanceOf(DependencyTimeoutException.class);
		assertThat(operation.guard().abandoned()).isOne();
		stubborn.complete("late");
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void cancelOfTheCallerReleasesThePermitAndIsNoFailure() throws Throwable {
		Operation operation = operation("breaker.min-calls=1");
		CompletableFuture<Object> result = call(operation, (last) -> this.stage);
		result.cancel(true);
		assertThat(this.stage).isCancelled();
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isZero();
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void aCallerWhoCompletesTheResultHasGivenUp() throws Throwable {
		Operation operation = operation("breaker.min-calls=1");
		CompletableFuture<Object> result = call(operation, (last) -> this.stage);
		result.orTimeout(1, TimeUnit.MILLISECONDS);
		assertThat(failureOf(result)).isInstanceOf(TimeoutException.class);
		await().until(this.stage::isCancelled);
		await().until(() -> operation.guard().inFlight() == 0);
		await().untilAsserted(() -> assertThat(this.environment.events).hasSize(1));
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
		assertThat(operation.guard().readBreaker().calls()).isZero();
	}

	@Test
	void aCallerMayCompleteTheResultBetweenAttemptsToo() throws Throwable {
		Operation operation = operation("timeout=1h", "idempotent=true", "retry.backoff.initial=1m",
				"retry.backoff.max=1m", "retry.backoff.jitter=0");
		CompletableFuture<Object> result = call(operation,
				(last) -> CompletableFuture.failedFuture(new KindException(FailureKind.UNKNOWN)));
		result.complete("enough");
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void eachAttemptInvokesTheMethodAgain() throws Throwable {
		AtomicInteger attempts = new AtomicInteger();
		Operation operation = operation("idempotent=true", "retry.backoff.initial=1ms");
		CompletableFuture<Object> result = call(operation,
				(last) -> (attempts.incrementAndGet() < 3)
						? CompletableFuture.failedFuture(new KindException(FailureKind.UNKNOWN))
						: CompletableFuture.completedFuture("third"));
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("third");
		assertThat(attempts).hasValue(3);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void plainFutureIsGuardedToo() throws Throwable {
		Operation operation = operation();
		FutureTask<Object> future = new FutureTask<>(() -> "value");
		CompletableFuture<Object> result = call(operation, (last) -> future);
		assertThat(result).isNotDone();
		future.run();
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("value");
		IOException failure = new IOException("failure");
		FutureTask<Object> failing = new FutureTask<>(() -> {
			throw failure;
		});
		CompletableFuture<Object> failed = call(operation, (last) -> failing);
		failing.run();
		assertThat(failureOf(failed)).isSameAs(failure);
	}

	@Test
	void plainFutureIsCancelledAtTheDeadline() throws Throwable {
		FutureTask<Object> future = new FutureTask<>(() -> "value");
		assertThat(failureOf(call(operation("timeout=20ms"), (last) -> future)))
			.isInstanceOf(DependencyTimeoutException.class);
		assertThat(future.isCancelled()).isTrue();
	}

	@Test
	void waitsForTheBulkheadWithoutAThread() throws Throwable {
		Operation operation = operation("bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		CompletableFuture<Object> first = call(operation, (last) -> this.stage);
		CompletableFuture<Object> second = call(operation, (last) -> CompletableFuture.completedFuture("second"));
		assertThat(second).isNotDone();
		this.stage.complete("first");
		assertThat(first).isCompletedWithValue("first");
		assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("second");
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void fullBulkheadRefusesAfterItsWait() throws Throwable {
		Operation operation = operation("bulkhead.max-concurrent=1", "bulkhead.max-wait=10ms");
		call(operation, (last) -> this.stage);
		Throwable refused = failureOf(call(operation, (last) -> {
			throw new AssertionError("called");
		}));
		assertThat(refused).isInstanceOf(DependencyOverloadedException.class);
		this.stage.complete("first");
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void wayOutMayBeAValueOrAStage() throws Throwable {
		for (Object instead : List.of("instead", CompletableFuture.completedFuture("instead"))) {
			Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
					List.of((work, failure) -> instead));
			CompletableFuture<Object> result = call(operation,
					(last) -> CompletableFuture.failedFuture(new KindException(FailureKind.UNKNOWN)));
			assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("instead");
		}
	}

	@Test
	void cancelReachesAWayOutThatHasNotEnded() throws Throwable {
		List<CompletableFuture<Object>> offered = List.of(new CompletableFuture<>(), new CompletableFuture<>());
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> offered.get(0), (work, failure) -> offered.get(1)), "retry.max-attempts=1");
		CompletableFuture<Object> result = call(operation, (last) -> {
			throw new KindException(FailureKind.UNKNOWN);
		});
		assertThat(this.environment.events).isEmpty();
		result.cancel(true);
		assertThat(offered.get(0)).isCancelled();
		assertThat(offered.get(1)).isNotDone();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void aWayOutThatCancelsItselfEndsTheCallOnce() throws Throwable {
		CompletableFuture<Object> cancelled = new CompletableFuture<>();
		cancelled.cancel(true);
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.STAGE,
				List.of((work, failure) -> cancelled), "retry.max-attempts=1");
		CompletableFuture<Object> result = call(operation, (last) -> {
			throw new KindException(FailureKind.UNKNOWN);
		});
		assertThat(catchThrowable(result::join)).isInstanceOf(CancellationException.class);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void aWayOutIsWithinTheSurroundingCall() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> DependencyCall.current().orElseThrow()), "timeout=20ms");
		Operation surrounding = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller");
		surrounding.call((last) -> assertThat(call(operation, (inner) -> this.stage).get(10, TimeUnit.SECONDS))
			.isSameAs(DependencyCall.current().orElseThrow()));
	}

	@Test
	void callerIsFreeAlthoughTheClassifierFails() throws Throwable {
		IOException failure = new IOException("failure");
		this.environment.with(FailureClassification.create(List.of((thrown) -> {
			throw new IllegalStateException("broken classifier");
		}), null));
		assertThat(failureOf(call(operation(), (last) -> CompletableFuture.failedFuture(failure)))).isSameAs(failure);
	}

	@Test
	void hungMethodOfAnAttemptDoesNotKeepTheResult() throws Throwable {
		CountDownLatch end = new CountDownLatch(1);
		Operation operation = operation("timeout=1m", "idempotent=true", "retry.backoff.initial=1ms",
				"attempt-timeout=50ms", "retry.max-attempts=2");
		AtomicInteger attempts = new AtomicInteger();
		try {
			CompletableFuture<Object> result = call(operation, (last) -> {
				if (attempts.incrementAndGet() == 2) {
					TestEnvironment.awaitIgnoringInterrupts(end);
				}
				return this.stage;
			});
			assertThat(failureOf(result)).isInstanceOf(DependencyTimeoutException.class);
			assertThat(attempts).hasValue(2);
		}
		finally {
			end.countDown();
		}
	}

	private Operation operation(String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, Form.STAGE, settings);
	}

	@SuppressWarnings("unchecked")
	private static CompletableFuture<Object> call(Operation operation, Work work) throws Throwable {
		return (CompletableFuture<Object>) operation.call(work);
	}

	private static Throwable failureOf(CompletableFuture<Object> result) {
		return catchThrowable(() -> result.get(10, TimeUnit.SECONDS)).getCause();
	}

	@Test
	void aStageThatFailsLeadsToTheNextWayOut() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> CompletableFuture.failedFuture(new IllegalStateException("fallback")),
						(work, failure) -> "empty"),
				"retry.max-attempts=1");
		CompletableFuture<?> result = (CompletableFuture<?>) operation
			.call((last) -> CompletableFuture.failedFuture(new KindException(FailureKind.SERVER_ERROR)));
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("empty");
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void aMethodThatBlocksBeforeItReturnsItsStageIsInterrupted() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> "instead"), "timeout=20ms");
		CompletableFuture<?> result = (CompletableFuture<?>) operation.call((last) -> {
			new CountDownLatch(1).await();
			return null;
		});
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("instead");
		assertThat(Thread.interrupted()).isFalse();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@Test
	void theWayOutDoesNotRunOnTheThreadThatCompletesTheStage() throws Throwable {
		AtomicReference<Thread> thread = new AtomicReference<>();
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> {
					thread.set(Thread.currentThread());
					return "instead";
				}), "retry.max-attempts=1");
		CompletableFuture<Object> stage = new CompletableFuture<>();
		CompletableFuture<?> result = (CompletableFuture<?>) operation.call((last) -> stage);
		stage.completeExceptionally(new KindException(FailureKind.SERVER_ERROR));
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("instead");
		assertThat(thread.get()).isNotEqualTo(Thread.currentThread());
	}

}
