package dev.resilience.guard;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.resilience.BreakerState;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A policy that changes under a living guard.
 */
@Timeout(60)
class ReconfigurationTests {

	private static final String[] QUICK = { "isolation=caller", "retry.max-attempts=1", "breaker.min-calls=4",
			"breaker.window=10" };

	private final TestClock clock = new TestClock();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment(this.clock).with(KindException.classification());

	@Test
	void permitsInUseStayInUse() throws Throwable {
		Operation operation = operation("bulkhead.max-concurrent=2", "bulkhead.max-wait=0ms");
		Guard guard = operation.guard();
		Running first = new Running(operation);
		Running second = new Running(operation);
		Operation fewer = reconfigure(operation, "bulkhead.max-concurrent=1", "bulkhead.max-wait=0ms");
		assertThat(guard.inFlight()).isEqualTo(2);
		first.end();
		assertThat(guard.inFlight()).isEqualTo(1);
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> succeed(fewer));
		second.end();
		assertThat(guard.inFlight()).isZero();
		succeed(fewer);
		Operation more = reconfigure(fewer, "bulkhead.max-concurrent=3", "bulkhead.max-wait=0ms");
		List<Running> three = List.of(new Running(more), new Running(more), new Running(more));
		assertThat(guard.inFlight()).isEqualTo(3);
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> succeed(more));
		for (Running running : three) {
			running.end();
		}
		assertThat(guard.inFlight()).isZero();
	}

	@Test
	void whoeverWaitsIsServedByAHigherLimit() {
		Bulkhead bulkhead = new Bulkhead(1);
		assertThat(bulkhead.tryAcquire()).isTrue();
		CompletableFuture<String> granted = new CompletableFuture<>();
		bulkhead.await(() -> granted.complete("granted"));
		bulkhead.resize(2);
		assertThat(granted).isCompletedWithValue("granted");
		assertThat(bulkhead.inFlight()).isEqualTo(2);
	}

	@Test
	void aClosedBreakerGoesOnWithWhatItHasCounted() throws Throwable {
		Operation operation = operation();
		succeed(operation);
		fail(operation);
		fail(operation);
		Operation changed = reconfigure(operation, "breaker.min-calls=4", "breaker.window=20",
				"breaker.failure-rate=75%");
		BreakerReading reading = changed.guard().readBreaker();
		assertThat(reading.calls()).isEqualTo(3);
		assertThat(reading.failureRate()).isEqualTo(2 / 3.0);
		fail(changed);
		assertThat(changed.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void aBreakerOpensAtOnceIfWhatItHasCountedIsTooMuchNow() throws Throwable {
		Operation operation = operation("breaker.failure-rate=100%");
		succeed(operation);
		fail(operation);
		fail(operation);
		fail(operation);
		Guard guard = reconfigure(operation, "breaker.failure-rate=80%").guard();
		assertThat(guard.readBreaker().state()).isEqualTo(BreakerState.CLOSED);
		reconfigure(operation, "breaker.failure-rate=75%");
		assertThat(guard.readBreaker().state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void aSmallerWindowKeepsTheRate() throws Throwable {
		Operation operation = operation("breaker.window=100", "breaker.min-calls=100");
		for (int i = 0; i < 30; i++) {
			succeed(operation);
			fail(operation);
		}
		BreakerReading reading = reconfigure(operation, "breaker.window=10", "breaker.min-calls=10",
				"breaker.failure-rate=60%")
			.guard()
			.readBreaker();
		assertThat(reading.calls()).isEqualTo(10);
		assertThat(reading.failureRate()).isEqualTo(0.5);
		assertThat(reading.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void anOpenBreakerStaysOpenAsLongAsItWouldHave() throws Throwable {
		Operation operation = operation("breaker.open-for=10s");
		open(operation);
		Duration left = operation.guard().readBreaker().retryAfter();
		assertThat(left).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
		assertThatExceptionOfType(DependencyUnavailableException.class).isThrownBy(() -> succeed(operation));
		this.clock.advance(Duration.ofSeconds(1));
		Operation changed = reconfigure(operation, "breaker.open-for=1h", "breaker.probes=1");
		assertThat(changed.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		assertThat(changed.guard().readBreaker().retryAfter()).isEqualTo(left.minusSeconds(1));
		assertThat(changed.guard().readBreaker().refused()).isEqualTo(1);
		this.clock.advance(left);
		succeed(changed);
		assertThat(changed.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aHalfOpenBreakerProbesAnew() throws Throwable {
		Operation operation = operation("breaker.probes=2", "timeout=1h");
		open(operation);
		this.clock.advance(Duration.ofSeconds(11));
		Running probe = new Running(operation);
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.HALF_OPEN);
		Operation changed = reconfigure(operation, "breaker.probes=1", "timeout=1h");
		this.clock.advance(Duration.ofMillis(1));
		fail(changed);
		assertThat(changed.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		// the probe of the breaker before reports to nobody
		probe.end();
		assertThat(changed.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void callsOfTheBreakerBeforeReportToNobody() throws Throwable {
		Operation operation = operation();
		Running running = new Running(operation);
		Operation changed = reconfigure(operation, "breaker.min-calls=5");
		running.end();
		assertThat(changed.guard().readBreaker().calls()).isZero();
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS);
	}

	@Test
	void theBreakerIsTheSameIfItsOwnPolicyIs() throws Throwable {
		Operation operation = operation();
		Running running = new Running(operation);
		Operation changed = reconfigure(operation, "timeout=1s", "bulkhead.max-concurrent=7");
		running.end();
		assertThat(changed.guard().readBreaker().calls()).isEqualTo(1);
	}

	@Test
	void theBreakerCanBeSwitchedOffAndOn() throws Throwable {
		Operation operation = operation();
		open(operation);
		Operation without = reconfigure(operation, "breaker.enabled=false");
		succeed(without);
		assertThat(without.guard().readBreaker().state()).isEqualTo(BreakerState.DISABLED);
		Operation with = reconfigure(without);
		assertThat(with.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
		succeed(with);
		assertThat(with.guard().readBreaker().calls()).isEqualTo(1);
	}

	@Test
	void whatTheBudgetHasSpentStaysSpent() throws Throwable {
		Operation operation = operation("retry.budget.min-per-second=0", "retry.max-attempts=3",
				"retry.backoff.initial=0ms", "idempotent=true", "breaker.enabled=false");
		fail(operation);
		double remaining = operation.guard().budgetRemaining();
		Operation changed = reconfigure(operation, "retry.budget.min-per-second=5", "retry.max-attempts=3",
				"breaker.enabled=false");
		assertThat(changed.guard().budgetRemaining()).isEqualTo(remaining);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(changed.guard().budgetRemaining()).isEqualTo(remaining - 1 + 5);
	}

	@Test
	void aLimitThatIsUsedUpIsNotFullAgain() throws Throwable {
		Operation operation = operation("rate-limit.permits=4", "rate-limit.per=1h");
		for (int i = 0; i < 4; i++) {
			succeed(operation);
		}
		Operation changed = reconfigure(operation, "rate-limit.permits=8", "rate-limit.per=1h");
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> succeed(changed));
		this.clock.advance(Duration.ofMinutes(30));
		for (int i = 0; i < 4; i++) {
			succeed(changed);
		}
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> succeed(changed));
		Operation unlimited = reconfigure(changed);
		succeed(unlimited);
	}

	@Test
	void aSwitchThatWasThrownStays() throws Throwable {
		Operation operation = operation();
		Guard guard = operation.guard();
		guard.setSwitch(SwitchPosition.OFF, "maintenance", Duration.ofMinutes(1));
		reconfigure(operation, "switch=bypass");
		assertThat(guard.readSwitch().position()).isEqualTo(SwitchPosition.OFF);
		this.clock.advance(Duration.ofMinutes(2));
		assertThat(guard.readSwitch().position()).isEqualTo(SwitchPosition.BYPASS);
		reconfigure(operation);
		assertThat(guard.readSwitch().position()).isEqualTo(SwitchPosition.AUTO);
	}

	@Test
	void theQueueIsNotLongerForACallThatWasFiredBefore() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.OPTIONAL, Form.BACKGROUND,
				"bulkhead.max-concurrent=1", "queue=2");
		CountDownLatch gate = new CountDownLatch(1);
		for (int i = 0; i < 3; i++) {
			operation.call((last) -> {
				gate.await();
				return null;
			});
		}
		assertThat(operation.guard().pending()).isEqualTo(3);
		Operation changed = this.environment.reconfigure(operation, "bulkhead.max-concurrent=1", "queue=2");
		changed.call((last) -> null);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.REJECTED);
		assertThat(operation.guard().pending()).isEqualTo(3);
		gate.countDown();
		await().until(() -> operation.guard().pending() == 0);
	}

	@Test
	void whatIsImpossibleChangesNothing() throws Throwable {
		Operation operation = operation("timeout=1s", "bulkhead.max-concurrent=1");
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> reconfigure(operation, "bulkhead.max-concurrent=9", "rate-limit.permits=1",
					"rate-limit.shared=true"))
			.withMessageContaining("rate-limit.shared");
		assertThat(operation.guard().policy().bulkhead().maxConcurrent()).isEqualTo(1);
		new Running(operation).end();
	}

	private Operation operation(String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, with(settings));
	}

	private Operation reconfigure(Operation operation, String... settings) {
		return this.environment.reconfigure(operation, with(settings));
	}

	private static String[] with(String... settings) {
		return Stream.concat(Arrays.stream(QUICK), Arrays.stream(settings)).toArray(String[]::new);
	}

	private static void open(Operation operation) {
		for (int i = 0; i < 4; i++) {
			fail(operation);
		}
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
	}

	private static void succeed(Operation operation) throws Throwable {
		assertThat(operation.call((last) -> "called")).isEqualTo("called");
	}

	private static void fail(Operation operation) {
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
	}

	/**
	 * A call that runs until it is told to end.
	 */
	private static final class Running {

		private final CountDownLatch gate = new CountDownLatch(1);

		private final CompletableFuture<Object> result = new CompletableFuture<>();

		private Running(Operation operation) {
			CountDownLatch started = new CountDownLatch(1);
			new Thread(() -> {
				try {
					this.result.complete(operation.call((last) -> {
						started.countDown();
						this.gate.await();
						return "called";
					}));
				}
				catch (Throwable ex) {
					this.result.completeExceptionally(ex);
				}
			}).start();
			TestEnvironment.await(started);
		}

		private void end() throws Exception {
			this.gate.countDown();
			assertThat(this.result.get(20, TimeUnit.SECONDS)).isEqualTo("called");
		}

	}

}
