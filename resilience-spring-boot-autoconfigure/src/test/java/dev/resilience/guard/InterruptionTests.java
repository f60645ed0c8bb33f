package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.BreakerState;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for callers that are interrupted, by others and by the guard itself.
 */
class InterruptionTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@AfterEach
	void noInterruptIsLeft() {
		assertThat(Thread.interrupted()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void interruptedCallerOfACriticalDependencyIsCancelled(String isolation) throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING,
				"isolation=" + isolation, "idempotent=true", "breaker.min-calls=1");
		AtomicInteger attempts = new AtomicInteger();
		CountDownLatch workInterrupted = new CountDownLatch(1);
		Ended ended = interruptDuring(operation, attempts, workInterrupted);
		assertThat(ended.thrown()).isInstanceOf(CancellationException.class);
		assertThat(ended.interrupted()).isTrue();
		TestEnvironment.await(workInterrupted);
		assertThat(attempts).hasValue(1);
		assertThat(this.environment.decisions).isEmpty();
		assertThat(operation.guard().readBreaker().calls()).isZero();
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
		org.awaitility.Awaitility.await()
			.until(() -> operation.guard().inFlight() == 0 && operation.guard().abandoned() == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void interruptedCallerOfAnotherDependencyTakesTheWayOut(String isolation) throws Exception {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.BLOCKING,
				List.of((work, failure) -> "instead"), "isolation=" + isolation, "idempotent=true");
		Ended ended = interruptDuring(operation, new AtomicInteger(), new CountDownLatch(1));
		assertThat(ended.thrown()).isNull();
		assertThat(ended.value()).isEqualTo("instead");
		assertThat(ended.interrupted()).isTrue();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
		assertThat(this.environment.onlyEvent().isError()).isFalse();
	}

	@Test
	void interruptedMethodThatWouldHaveReturnedAStageIsNoFailure() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.STAGE, "idempotent=true",
				"breaker.min-calls=1");
		Thread.currentThread().interrupt();
		CompletableFuture<?> result = (CompletableFuture<?>) operation.call((last) -> {
			new CountDownLatch(1).await();
			return null;
		});
		assertThat(Thread.interrupted()).isTrue();
		assertThat(result).isCancelled();
		assertThat(this.environment.decisions).isEmpty();
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
		assertThat(operation.guard().readBreaker().calls()).isZero();
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void interruptedCallerOfACriticalDependencyTakesNoWayOut() throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING,
				List.of((work, failure) -> "instead"), "isolation=caller");
		Ended ended = interruptDuring(operation, new AtomicInteger(), new CountDownLatch(1));
		assertThat(ended.thrown()).isInstanceOf(CancellationException.class);
	}

	@Test
	void interruptedBackoffEndsTheCall() throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=2h", "idempotent=true", "retry.backoff.initial=1h", "retry.backoff.max=1h",
				"retry.backoff.jitter=0");
		CompletableFuture<Ended> ended = new CompletableFuture<>();
		AtomicInteger attempts = new AtomicInteger();
		Thread caller = caller(operation, ended, (last) -> {
			attempts.incrementAndGet();
			throw new KindException(FailureKind.UNKNOWN);
		});
		while (caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		caller.interrupt();
		assertThat(ended.get(10, TimeUnit.SECONDS).thrown()).isInstanceOf(CancellationException.class);
		assertThat(ended.get().interrupted()).isTrue();
		assertThat(attempts).hasValue(1);
	}

	@Test
	void interruptedWaitForTheBulkheadEndsTheCall() throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=2h", "bulkhead.max-concurrent=1", "bulkhead.max-wait=1h");
		operation.guard().bulkhead().tryAcquire();
		CompletableFuture<Ended> ended = new CompletableFuture<>();
		Thread caller = caller(operation, ended, (last) -> "called");
		while (caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		caller.interrupt();
		assertThat(ended.get(10, TimeUnit.SECONDS).thrown()).isInstanceOf(CancellationException.class);
		assertThat(ended.get().interrupted()).isTrue();
		operation.guard().bulkhead().release();
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void anEarlierInterruptStaysSetAndAFastCallSucceeds() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller");
		Thread.currentThread().interrupt();
		assertThat(operation.call((last) -> "value")).isEqualTo("value");
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void interruptThatTheWorkSwallowedAtTheDeadlineIsTakenBack() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=10ms");
		catchThrowable(() -> operation.call((last) -> {
			try {
				new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			throw new IllegalStateException("interrupted");
		}));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deadlinesOfNestedCallsLeaveNoInterrupt(boolean outerListens) {
		Operation outer = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=60ms");
		Operation inner = this.environment.sibling(outer, Form.BLOCKING, List.of(), "isolation=caller", "timeout=20ms");
		AtomicReference<@Nullable Throwable> innerFailure = new AtomicReference<>();
		Throwable thrown = catchThrowable(() -> outer.call((last) -> {
			innerFailure.set(catchThrowable(() -> inner.call((lastOfInner) -> {
				// both fire while this does not listen
				spin(Duration.ofMillis(100));
				throw new IllegalStateException("late");
			})));
			if (outerListens) {
				return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			}
			throw new IllegalStateException("late");
		}));
		assertThat(innerFailure.get()).isInstanceOf(DependencyTimeoutException.class);
		assertThat(thrown).isInstanceOf(DependencyTimeoutException.class);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void externalInterruptSurvivesDeadlinesOfNestedCalls() {
		Operation outer = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=60ms");
		Operation inner = this.environment.sibling(outer, Form.BLOCKING, List.of(), "isolation=caller", "timeout=20ms");
		Thread.currentThread().interrupt();
		catchThrowable(() -> outer.call((last) -> inner.call((lastOfInner) -> {
			spin(Duration.ofMillis(100));
			throw new IllegalStateException("late");
		})));
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void sameDeadlineOfNestedCallsInterruptsBoth() {
		Operation outer = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
				"timeout=3ms", "breaker.enabled=false");
		Operation inner = this.environment.sibling(outer, Form.BLOCKING, List.of(), "isolation=caller", "timeout=10s");
		long start = System.nanoTime();
		for (int i = 0; i < 300; i++) {
			catchThrowable(() -> outer.call((last) -> {
				catchThrowable(() -> inner.call((lastOfInner) -> new CountDownLatch(1).await(1, TimeUnit.MINUTES)));
				return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
			}));
			assertThat(Thread.interrupted()).isFalse();
		}
		assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
	}

	private static void spin(Duration time) {
		long start = System.nanoTime();
		while (System.nanoTime() - start < time.toNanos()) {
			Thread.onSpinWait();
		}
	}

	private Ended interruptDuring(Operation operation, AtomicInteger attempts, CountDownLatch workInterrupted)
			throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CompletableFuture<Ended> ended = new CompletableFuture<>();
		Thread caller = caller(operation, ended, (last) -> {
			attempts.incrementAndGet();
			running.countDown();
			try {
				return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			}
			catch (InterruptedException ex) {
				workInterrupted.countDown();
				throw ex;
			}
		});
		TestEnvironment.await(running);
		caller.interrupt();
		return ended.get(10, TimeUnit.SECONDS);
	}

	private static Thread caller(Operation operation, CompletableFuture<Ended> ended, Work work) {
		Thread caller = new Thread(() -> {
			Object value = null;
			Throwable thrown = null;
			try {
				value = operation.call(work);
			}
			catch (Throwable ex) {
				thrown = ex;
			}
			ended.complete(new Ended(value, thrown, Thread.currentThread().isInterrupted()));
		});
		caller.setDaemon(true);
		caller.start();
		return caller;
	}

	private record Ended(@Nullable Object value, @Nullable Throwable thrown, boolean interrupted) {
	}

}
