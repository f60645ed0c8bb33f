package dev.resilience.guard;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RateLimit rate limits}, in all forms of calls.
 */
@Timeout(60)
class RateLimitTests {

	private final TestClock clock = new TestClock();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment(this.clock).with(KindException.classification());

	@AutoClose
	private final TestEnvironment real = new TestEnvironment().with(KindException.classification());

	@ParameterizedTest
	@EnumSource
	void waitsForItsTokenAndThatIsNotThePartnersTime(Caller caller) throws Exception {
		Operation operation = caller.operation(this.real, "rate-limit.permits=1", "rate-limit.per=1s",
				"rate-limit.max-wait=1m", "timeout=1m", "attempt-timeout=800ms", "slow-call=800ms");
		Queue<Long> starts = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 2; i++) {
			caller.call(operation, () -> starts.add(System.nanoTime())).get(10, TimeUnit.SECONDS);
		}
		await().until(() -> this.real.events.size() == 2);
		assertThat(this.real.outcomes()).containsOnly(Outcome.SUCCESS);
		assertThat(starts).hasSize(2);
		Long first = starts.remove();
		// the bucket was asked for the first token before the first start
		assertThat(starts.remove() - first).isGreaterThan(Duration.ofMillis(20).toNanos());
		assertThat(this.real.events).allSatisfy((event) -> assertThat(event.failure()).isEqualTo(FailureKind.NONE));
		assertThat(operation.guard().inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void isRefusedAtOnceWhenItsTokenCannotComeInTime(Caller caller) throws Exception {
		refusesTheSecondCall(caller, "rate-limit.per=1h", "rate-limit.max-wait=59m", "timeout=2h");
	}

	@ParameterizedTest
	@EnumSource
	void isRefusedAtOnceWhenItsDeadlineIsShorterThanTheWait(Caller caller) throws Exception {
		refusesTheSecondCall(caller, "rate-limit.per=1h", "rate-limit.max-wait=2h", "timeout=59m");
	}

	@ParameterizedTest
	@EnumSource
	void doesNotWaitUnlessAllowedTo(Caller caller) throws Exception {
		refusesTheSecondCall(caller, "rate-limit.per=1ms");
	}

	private void refusesTheSecondCall(Caller caller, String... settings) throws Exception {
		Operation operation = caller.operation(this.environment,
				StringUtils.addStringToArray(settings, "rate-limit.permits=1"));
		AtomicInteger called = new AtomicInteger();
		caller.call(operation, called::incrementAndGet).get(10, TimeUnit.SECONDS);
		await().until(() -> this.environment.events.size() == 1);
		CompletableFuture<?> second = caller.call(operation, called::incrementAndGet);
		await().until(() -> this.environment.events.size() == 2);
		assertThat(called).hasValue(1);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.REJECTED);
		assertThat(operation.guard().inFlight()).isZero();
		if (caller != Caller.BACKGROUND) {
			assertThat(second).failsWithin(10, TimeUnit.SECONDS)
				.withThrowableThat()
				.havingRootCause()
				.isInstanceOf(DependencyOverloadedException.class)
				.withMessageContaining("rate limit");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO" })
	void cancelledCallStopsWaitingAndGivesItsTokenBack(Caller caller) throws Exception {
		Operation operation = waiting(caller);
		CompletableFuture<?> second = caller.call(operation, CountDownLatch.class::getName);
		await().until(() -> operation.guard().inFlight() == 1);
		second.cancel(true);
		await().until(() -> operation.guard().inFlight() == 0);
		tokenWasGivenBack(caller, operation);
	}

	@ParameterizedTest
	@EnumSource(names = { "CALLER", "THREAD" })
	void interruptedCallStopsWaitingAndGivesItsTokenBack(Caller caller) throws Exception {
		Operation operation = waiting(caller);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		AtomicBoolean called = new AtomicBoolean();
		Thread thread = new Thread(() -> {
			assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> operation.call((last) -> {
				called.set(true);
				return null;
			}));
			interrupted.complete(Thread.currentThread().isInterrupted());
		});
		thread.start();
		await().until(() -> operation.guard().inFlight() == 1 && thread.getState() == Thread.State.TIMED_WAITING);
		thread.interrupt();
		assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(called).isFalse();
		assertThat(operation.guard().inFlight()).isZero();
		tokenWasGivenBack(caller, operation);
	}

	/** An operation whose next call has to wait for an hour. */
	private Operation waiting(Caller caller) throws Exception {
		Operation operation = caller.operation(this.environment, "rate-limit.permits=1", "rate-limit.per=1h",
				"rate-limit.max-wait=2h", "timeout=3h", "breaker.min-calls=1");
		caller.call(operation, CountDownLatch.class::getName).get(10, TimeUnit.SECONDS);
		await().until(() -> operation.guard().inFlight() == 0);
		return operation;
	}

	private void tokenWasGivenBack(Caller caller, Operation operation) throws Exception {
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(1);
		this.clock.advance(Duration.ofMinutes(61));
		AtomicBoolean called = new AtomicBoolean();
		caller.call(operation, () -> called.set(true)).get(10, TimeUnit.SECONDS);
		assertThat(called).isTrue();
	}

	@Test
	void eachRetryTakesAToken() {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "rate-limit.permits=2",
				"rate-limit.per=1h", "retry.max-attempts=5", "retry.backoff.initial=0ms", "idempotent=true");
		AtomicInteger attempts = new AtomicInteger();
		KindException failure = new KindException(FailureKind.UNKNOWN);
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			attempts.incrementAndGet();
			throw failure;
		})).isSameAs(failure);
		assertThat(attempts).hasValue(2);
	}

	@Test
	void callThatTheBreakerRefusesCostsNoToken() throws Throwable {
		Operation operation = Caller.CALLER.operation(this.environment, "rate-limit.permits=2", "rate-limit.per=10000h",
				"breaker.min-calls=1", "breaker.open-for=1s", "retry.max-attempts=1");
		Guard guard = operation.guard();
		Call waiting = operation.begin((last) -> null);
		waiting.nextAttempt();
		assertThat(guard.admission().admit(waiting)).isNull();
		assertThat(guard.bulkhead().tryAcquire()).isTrue();
		assertThat(guard.admission().acquireToken(waiting).join()).isTrue();
		// it opens meanwhile
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			throw new KindException(FailureKind.UNKNOWN);
		}));
		assertThat(guard.admission().admitWithinBulkhead(waiting, true)).isEqualTo(Refusal.BREAKER_OPEN);
		assertThat(guard.inFlight()).isZero();
		this.clock.advance(Duration.ofSeconds(5));
		assertThat(operation.call((last) -> "called")).isEqualTo("called");
	}

	@Test
	void callWhoseDeadlinePassedWhileItWaitedIsNotMade() throws Throwable {
		Operation operation = Caller.CALLER.operation(this.environment, "rate-limit.permits=1", "rate-limit.per=10000h",
				"timeout=1s", "breaker.min-calls=1");
		Guard guard = operation.guard();
		Call waiting = operation.begin((last) -> null);
		waiting.nextAttempt();
		assertThat(guard.bulkhead().tryAcquire()).isTrue();
		assertThat(guard.admission().acquireToken(waiting).join()).isTrue();
		this.clock.advance(Duration.ofSeconds(2));
		waiting.waited();
		assertThat(guard.admission().admitWithinBulkhead(waiting, true)).isEqualTo(Refusal.DEADLINE_SPENT);
		assertThat(guard.inFlight()).isZero();
		assertThat(operation.call((last) -> "called")).isEqualTo("called");
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4 })
	void keepsToItsPart(int part) {
		LocalRateLimit limit = new LocalRateLimit(
				new DependencyPolicy.RateLimit(6, Duration.ofMinutes(1), 12, Duration.ZERO, false), part, this.clock,
				this.environment.timer);
		assertThat(granted(limit)).isEqualTo(12 / part);
		this.clock.advance(Duration.ofSeconds(10L * part));
		assertThat(granted(limit)).isEqualTo(1);
		this.clock.advance(Duration.ofHours(1));
		assertThat(granted(limit)).isEqualTo(12 / part);
	}

	@Test
	void partIsNeverNothing() {
		LocalRateLimit limit = new LocalRateLimit(
				new DependencyPolicy.RateLimit(1, Duration.ofMinutes(1), 1, Duration.ZERO, false), 10, this.clock,
				this.environment.timer);
		assertThat(granted(limit)).isEqualTo(1);
		this.clock.advance(Duration.ofMinutes(9));
		assertThat(granted(limit)).isZero();
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(granted(limit)).isEqualTo(1);
	}

	private static int granted(RateLimit limit) {
		int granted = 0;
		while (limit.acquire(Long.MAX_VALUE).join()) {
			granted++;
		}
		return granted;
	}

	/**
	 * A form of calls.
	 */
	enum Caller {

		CALLER(Form.BLOCKING), THREAD(Form.BLOCKING), STAGE(Form.STAGE), BACKGROUND(Form.BACKGROUND), MONO(Form.MONO);

		private final Form form;

		Caller(Form form) {
			this.form = form;
		}

		Operation operation(TestEnvironment environment, String... settings) {
			return environment.operation(DependencyType.CRITICAL, this.form,
					StringUtils.addStringToArray(settings, "isolation=" + ((this == THREAD) ? "thread" : "caller")));
		}

		CompletableFuture<@Nullable Object> call(Operation operation, Runnable work) {
			try {
				Object result = operation.call((last) -> switch (this.form) {
					case STAGE -> CompletableFuture.completedFuture(run(work));
					case MONO -> Mono.fromRunnable(work);
					default -> run(work);
				});
				return switch (this.form) {
					case STAGE -> future(result);
					case MONO -> ((Mono<Object>) result).toFuture();
					default -> CompletableFuture.completedFuture(result);
				};
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		@SuppressWarnings("unchecked")
		private static CompletableFuture<@Nullable Object> future(@Nullable Object result) {
			return (CompletableFuture<@Nullable Object>) result;
		}

		private static @Nullable Object run(Runnable work) {
			work.run();
			return null;
		}

	}

}
