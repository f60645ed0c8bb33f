package dev.resilience.guard;

import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.BreakerState;
import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import dev.resilience.SwitchPosition;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link BlockingExecution} on the caller's thread and on a worker.
 */
class BlockingExecutionTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread", "auto" })
	void returnsTheValue(String isolation) throws Throwable {
		Operation operation = critical("isolation=" + isolation);
		assertThat(operation.call((last) -> "value")).isEqualTo("value");
		assertThat(operation.call((last) -> null)).isNull();
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.SUCCESS);
		assertThat(DependencyCall.current()).isEmpty();
	}

	@Test
	void isolationDecidesTheThread() throws Throwable {
		Thread caller = Thread.currentThread();
		assertThat(critical("isolation=caller").call((last) -> Thread.currentThread())).isSameAs(caller);
		Thread worker = (Thread) critical("isolation=thread").call((last) -> Thread.currentThread());
		assertThat(worker).isNotSameAs(caller);
		assertThat(worker.isDaemon()).isTrue();
		assertThat(worker.getName()).startsWith("resilience-");
		assertThat(critical("isolation=auto").call((last) -> Thread.currentThread())).isNotSameAs(caller);
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void callerSeesTheMethodsOwnException(String isolation) {
		for (Throwable thrown : List.of(new IOException("checked"), new IllegalStateException("unchecked"),
				new Throwable("neither"), new AssertionError("error"))) {
			Operation operation = critical("isolation=" + isolation, "retry.backoff.initial=1ms", "idempotent=true");
			assertThat(catchThrowable(() -> operation.call((last) -> {
				throw thrown;
			}))).isSameAs(thrown);
			assertThat(operation.guard().inFlight()).isZero();
		}
		assertThat(this.environment.outcomes()).containsOnly(Outcome.FAILURE).hasSize(4);
	}

	@ParameterizedTest
	@EnumSource(value = DependencyType.class, names = "UNCLASSIFIED", mode = EnumSource.Mode.EXCLUDE)
	void errorsPassThroughAllTypes(DependencyType type) {
		Error error = new AssertionError("error");
		Operation operation = this.environment.operation(type, Form.BLOCKING, List.of((work, failure) -> "instead"),
				"isolation=caller");
		assertThat(catchThrowable(() -> operation.call((last) -> {
			throw error;
		}))).isSameAs(error);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void callerIsFreeAtTheDeadlineAlthoughTheWorkIgnoresInterrupts() {
		CountDownLatch end = new CountDownLatch(1);
		Operation operation = critical("isolation=thread", "timeout=50ms");
		long start = System.nanoTime();
		DependencyTimeoutException timeout = catchThrowableOfType(DependencyTimeoutException.class,
				() -> operation.call((last) -> {
					TestEnvironment.awaitIgnoringInterrupts(end);
					return "late";
				}));
		assertThat(System.nanoTime() - start).isBetween(Duration.ofMillis(50).toNanos(),
				Duration.ofSeconds(5).toNanos());
		assertThat(timeout.dependency()).isEqualTo("partner");
		assertThat(timeout.failure()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(timeout).hasMessage("Dependency 'partner' did not answer 'Client.call' within 50 ms");
		assertThat(operation.guard().inFlight()).isEqualTo(1);
		assertThat(operation.guard().abandoned()).isEqualTo(1);
		end.countDown();
		await().until(() -> operation.guard().inFlight() == 0 && operation.guard().abandoned() == 0);
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void workOnAWorkerIsInterruptedAtTheDeadline() {
		CountDownLatch interrupted = new CountDownLatch(1);
		Operation operation = critical("isolation=thread", "timeout=20ms");
		assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> operation.call((last) -> {
			try {
				return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		}));
		TestEnvironment.await(interrupted);
		await().until(() -> operation.guard().inFlight() == 0 && operation.guard().abandoned() == 0);
	}

	@Test
	void hungWorkHoldsAtMostSoManyThreads() {
		CountDownLatch end = new CountDownLatch(1);
		AtomicInteger started = new AtomicInteger();
		Operation operation = critical("isolation=thread", "timeout=300ms", "bulkhead.max-concurrent=3",
				"bulkhead.max-wait=0ms", "breaker.enabled=false");
		Work hung = (last) -> {
			started.incrementAndGet();
			TestEnvironment.awaitIgnoringInterrupts(end);
			return null;
		};
		for (int i = 0; i < 3; i++) {
			assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> operation.call(hung));
		}
		for (int i = 0; i < 20; i++) {
			assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> operation.call(hung));
		}
		assertThat(started).hasValue(3);
		assertThat(this.environment.workers.getPoolSize()).isLessThanOrEqualTo(3);
		assertThat(operation.guard().abandoned()).isEqualTo(3);
		end.countDown();
		await().until(() -> operation.guard().inFlight() == 0 && operation.guard().abandoned() == 0);
		assertThat(this.environment.outcomes().subList(3, 23)).containsOnly(Outcome.REJECTED);
	}

	@Test
	void workOnTheCallersThreadIsInterruptedAtTheDeadline() {
		Operation operation = critical("isolation=caller", "timeout=20ms");
		DependencyTimeoutException timeout = catchThrowableOfType(DependencyTimeoutException.class,
				() -> operation.call((last) -> new CountDownLatch(1).await(1, TimeUnit.MINUTES)));
		assertThat(timeout).hasCauseInstanceOf(InterruptedException.class);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@Test
	void lateSuccessOnTheCallersThreadKeepsItsValueAndIsSlow() throws Throwable {
		Operation operation = critical("isolation=caller", "timeout=20ms");
		assertThat(operation.call((last) -> late("charged"))).isEqualTo("charged");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.SLOW_RESPONSE);
	}

	@Test
	void successAfterTheDeadlineOfItsAttemptIsSlowWhateverSlowCallSays() throws Throwable {
		Operation operation = critical("isolation=caller", "timeout=10s", "attempt-timeout=20ms", "slow-call=10s");
		assertThat(operation.call((last) -> late("charged"))).isEqualTo("charged");
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.SLOW_RESPONSE);
	}

	@Test
	void slowCallsOpenTheBreakerOnlyWhenConfigured() throws Throwable {
		Operation counted = critical("isolation=caller", "timeout=20ms", "slow-call=1ms", "breaker.min-calls=1");
		counted.call((last) -> late("slow"));
		assertThat(counted.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		Operation warned = critical("isolation=caller", "timeout=20ms", "breaker.min-calls=1");
		warned.call((last) -> late("slow"));
		assertThat(warned.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void attemptTimeoutEndsOneAttempt() throws Throwable {
		Operation operation = critical("isolation=thread", "timeout=10s", "attempt-timeout=20ms", "idempotent=true",
				"retry.backoff.initial=1ms");
		AtomicInteger attempts = new AtomicInteger();
		assertThat(operation.call((last) -> {
			if (attempts.incrementAndGet() == 1) {
				new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			}
			return "second";
		})).isEqualTo("second");
	}

	@Test
	void answersReachTheCallerAndAreSuccesses() {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.BLOCKING,
				List.of((work, failure) -> "instead"), "isolation=caller", "breaker.min-calls=1",
				"ignore=java.lang.IllegalArgumentException");
		NumberFormatException declined = new NumberFormatException("declined");
		assertThat(catchThrowable(() -> operation.call((last) -> {
			throw declined;
		}))).isSameAs(declined);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.NONE);
		assertThat(operation.guard().readBreaker().failureRate()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(1);
	}

	@Test
	void callersWaitForTheBulkhead() throws Exception {
		Operation operation = critical("isolation=caller", "bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		CompletableFuture<Object> first = async(operation, (last) -> {
			running.countDown();
			TestEnvironment.await(end);
			return "first";
		});
		TestEnvironment.await(running);
		CompletableFuture<Object> second = async(operation, (last) -> "second");
		assertThat(second).isNotDone();
		end.countDown();
		assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("first");
		assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("second");
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void fullBulkheadRefuses() throws Exception {
		Operation operation = critical("isolation=caller", "bulkhead.max-concurrent=1", "bulkhead.max-wait=5ms");
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		CompletableFuture<Object> first = async(operation, (last) -> {
			running.countDown();
			TestEnvironment.await(end);
			return "first";
		});
		TestEnvironment.await(running);
		DependencyOverloadedException refused = catchThrowableOfType(DependencyOverloadedException.class,
				() -> operation.call((last) -> "second"));
		assertThat(refused).hasMessage("Dependency 'partner' was not called: too many of its calls are running");
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.REJECTED);
		assertThat(operation.guard().readBreaker().calls()).isZero();
		end.countDown();
		first.get(10, TimeUnit.SECONDS);
	}

	@Test
	void permitIsBackBeforeTheCallerComesAgain() throws Throwable {
		Operation operation = critical("isolation=thread", "bulkhead.max-concurrent=1", "bulkhead.max-wait=0ms");
		for (int i = 0; i < 2000; i++) {
			operation.call((last) -> "value");
		}
		assertThat(this.environment.outcomes()).containsOnly(Outcome.SUCCESS);
	}

	@Test
	void rateLimitRefusesWithoutCallingAndCostsNoProbe() throws Throwable {
		Operation operation = critical("isolation=caller", "rate-limit.permits=2", "rate-limit.per=1h");
		operation.call((last) -> "first");
		operation.call((last) -> "second");
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> operation.call((last) -> {
			throw new AssertionError("called");
		})).withMessageContaining("rate limit");
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(2);
	}

	@Test
	void openBreakerRefusesWithTheLastRealFailureAsCause() {
		Operation operation = critical("isolation=caller", "breaker.min-calls=1");
		KindException failure = new KindException(FailureKind.SERVER_ERROR);
		catchThrowable(() -> operation.call((last) -> {
			throw failure;
		}));
		DependencyUnavailableException refused = catchThrowableOfType(DependencyUnavailableException.class,
				() -> operation.call((last) -> {
					throw new AssertionError("called");
				}));
		assertThat(refused).hasCause(failure);
		assertThat(refused.retryAfter()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
		assertThat(operation.guard().readBreaker().refused()).isEqualTo(1);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE, Outcome.REJECTED);
	}

	@Test
	void clientErrorsAreSuccessesForTheBreaker() {
		Operation operation = critical("isolation=caller", "breaker.min-calls=1");
		catchThrowable(() -> operation.call((last) -> {
			throw new KindException(FailureKind.CLIENT_ERROR);
		}));
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(1);
		assertThat(operation.guard().readBreaker().failureRate()).isZero();
	}

	@Test
	void partialFailuresCountFromTheFailureRateOn() {
		Operation operation = critical("isolation=caller", "breaker.min-calls=2");
		for (int failed = 1; failed <= 2; failed++) {
			java.util.Map<Integer, Exception> items = new java.util.HashMap<>();
			for (int i = 0; i < failed; i++) {
				items.put(i, new IOException());
			}
			catchThrowable(() -> operation.call((last) -> {
				throw new PartialFailureException(java.util.Map.of("a", 1, "b", 2), items);
			}));
		}
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(0.5);
	}

	@Test
	void switchedOffIsNotCalled() {
		Operation operation = critical("isolation=caller", "switch=off");
		assertThatExceptionOfType(DependencyUnavailableException.class).isThrownBy(() -> operation.call((last) -> {
			throw new AssertionError("called");
		})).withMessageContaining("it is switched off");
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.FORCED_OPEN);
		assertThat(operation.guard().readBreaker().refused()).isZero();
	}

	@Test
	void bypassIgnoresBreakerPauseAndRateLimit() throws Throwable {
		Operation operation = critical("isolation=caller", "breaker.min-calls=1", "rate-limit.permits=1",
				"rate-limit.per=1h");
		catchThrowable(() -> operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
		operation.guard().setSwitch(SwitchPosition.BYPASS, "test", null);
		assertThat(operation.call((last) -> "called")).isEqualTo("called");
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.DISABLED);
		operation.guard().setSwitch(SwitchPosition.AUTO, "test", null);
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(1);
	}

	@Test
	void bypassKeepsTheTimeout() {
		Operation operation = critical("isolation=caller", "switch=bypass", "timeout=20ms");
		assertThatExceptionOfType(DependencyTimeoutException.class)
			.isThrownBy(() -> operation.call((last) -> new CountDownLatch(1).await(1, TimeUnit.MINUTES)));
	}

	@Test
	void nestedCallsInheritTheSmallerDeadline() throws Throwable {
		Operation outer = critical("isolation=thread", "timeout=5s");
		Operation longer = critical("isolation=thread", "timeout=1h");
		Operation shorter = critical("isolation=caller", "timeout=1s");
		List<Duration> remaining = new ArrayList<>();
		outer.call((last) -> {
			remaining.add(deadline().remaining());
			longer.call((lastOfInner) -> remaining.add(deadline().remaining()));
			shorter.call((lastOfInner) -> remaining.add(deadline().remaining()));
			remaining.add(deadline().remaining());
			return null;
		});
		assertThat(remaining).hasSize(4);
		assertThat(remaining.get(1)).isLessThanOrEqualTo(remaining.get(0));
		assertThat(remaining.get(2)).isLessThanOrEqualTo(Duration.ofSeconds(1));
		assertThat(remaining.get(3)).isBetween(Duration.ofSeconds(1), remaining.get(1));
	}

	@Test
	void nestedCallEndsWithTheAttemptOfTheSurroundingCall() throws Throwable {
		Operation outer = critical("isolation=caller", "timeout=1h", "attempt-timeout=5s");
		Operation inner = critical("isolation=caller", "timeout=1h");
		outer.call((last) -> inner.call((lastOfInner) -> {
			assertThat(deadline().remaining()).isLessThanOrEqualTo(Duration.ofSeconds(5));
			return null;
		}));
	}

	@Test
	void spentDeadlineRefusesWithoutCalling() {
		TestClock clock = new TestClock();
		try (TestEnvironment environment = new TestEnvironment(clock)) {
			Operation outer = environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=5s");
			Operation inner = environment.sibling(outer, Form.BLOCKING, List.of(), "isolation=caller");
			DependencyCallHolder.set(outer.begin((last) -> null, null, null, null, null));
			clock.advance(Duration.ofSeconds(5));
			assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> inner.call((last) -> {
				throw new AssertionError("called");
			})).withMessageContaining("deadline");
			assertThat(environment.outcomes()).containsExactly(Outcome.REJECTED);
		}
		finally {
			DependencyCallHolder.set(null);
		}
	}

	private static Deadline deadline() {
		return DependencyCall.current().orElseThrow().deadline();
	}

	private Object late(Object value) {
		long start = System.nanoTime();
		while (!Thread.currentThread().isInterrupted()) {
			assertThat(System.nanoTime() - start).isLessThan(TestEnvironment.LONG.toNanos());
			Thread.onSpinWait();
		}
		return value;
	}

	private Operation critical(String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, settings);
	}

	private static CompletableFuture<Object> async(Operation operation, Work work) {
		CompletableFuture<Object> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(operation.call(work));
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		thread.setDaemon(true);
		thread.start();
		return result;
	}

	@Test
	void workersDoNotInheritThreadLocals() throws Throwable {
		InheritableThreadLocal<String> tenant = new InheritableThreadLocal<>();
		tenant.set("A");
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=thread");
		assertThat(operation.call((last) -> tenant.get())).isNull();
	}

	@Test
	void oneInterruptThatThrowsCostsNobodyElseItsTimeout() throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=20ms",
				"isolation=caller", "retry.max-attempts=1");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> operation.call((last) -> {
				new ChannelThatDoesNotClose().read();
				return null;
			}));
		}
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualCallersStayOnTheirThreadAndAreInterruptedAtTheDeadline() throws Exception {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=20ms",
				"retry.max-attempts=1");
		AtomicReference<Thread> caller = new AtomicReference<>();
		AtomicReference<Thread> callee = new AtomicReference<>();
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, (Runnable) () -> {
			caller.set(Thread.currentThread());
			thrown.complete(catchThrowable(() -> operation.call((last) -> {
				callee.set(Thread.currentThread());
				new CountDownLatch(1).await();
				return null;
			})));
		});
		assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(DependencyTimeoutException.class);
		assertThat(callee.get()).isSameAs(caller.get());
		assertThat(this.environment.workers.getPoolSize()).isZero();
	}

	/** Interrupting a thread that is blocked in a channel closes the channel. */
	private static final class ChannelThatDoesNotClose extends AbstractInterruptibleChannel {

		void read() throws Exception {
			try {
				begin();
				new CountDownLatch(1).await();
			}
			finally {
				end(true);
			}
		}

		@Override
		protected void implCloseChannel() {
			throw new IllegalStateException("close");
		}

	}

}
