package dev.resilience.signal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link DependencySignals}.
 */
class DependencySignalsTests {

	private static final long START = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

	private final DependencySignals signals = new DependencySignals(START);

	private long now = START;

	@Test
	void nothingIsKnownWithoutCalls() {
		Signals read = this.signals.read(this.now, 0.25);
		assertThat(read)
			.isEqualTo(new Signals(Duration.ofMinutes(1), 0, 0, new Latency(0, 0, 0), CallCounts.NONE, 0.25));
		assertThat(this.signals.isCalled()).isFalse();
		assertThat(this.signals.failures()).isEmpty();
	}

	@Test
	void throughputErrorRateAndPercentiles() {
		for (int i = 1; i <= 100; i++) {
			call((i <= 10) ? Outcome.FAILURE : Outcome.SUCCESS, (i <= 10) ? FailureKind.SERVER_ERROR : FailureKind.NONE,
					i);
		}
		pass(10);
		Signals read = this.signals.read(this.now, 0);
		assertThat(read.throughput()).isEqualTo(10, within(0.01));
		assertThat(read.errorRate()).isEqualTo(0.1, within(1e-9));
		assertThat(read.latency().p50()).isEqualTo(50, within(1.0));
		assertThat(read.latency().p95()).isEqualTo(95, within(1.5));
		assertThat(read.latency().p99()).isEqualTo(99, within(1.5));
	}

	@Test
	void callsLeaveTheWindowAfterAMinute() {
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 5);
		pass(59);
		assertThat(this.signals.read(this.now, 0).errorRate()).isEqualTo(1);
		pass(1);
		assertThat(this.signals.read(this.now, 0).errorRate()).isZero();
		assertThat(this.signals.read(this.now, 0).throughput()).isZero();
		assertThat(this.signals.failures()).containsEntry(FailureKind.TIMEOUT, 1L).hasSize(1);
		this.now += Duration.ofHours(5).toNanos();
		call(Outcome.SUCCESS, FailureKind.NONE, 5);
		assertThat(this.signals.read(this.now, 0).throughput()).isPositive();
	}

	@Test
	void clientErrorsAndRefusalsStayOutOfErrorRateAndLatency() {
		call(Outcome.SUCCESS, FailureKind.NONE, 10);
		call(Outcome.FAILURE, FailureKind.CLIENT_ERROR, 1000);
		call(Outcome.REJECTED, FailureKind.REJECTED, 1000);
		call(Outcome.FALLBACK, FailureKind.REJECTED, 1000);
		call(Outcome.FAILURE, FailureKind.NONE, 1000);
		Signals read = this.signals.read(this.now, 0);
		assertThat(read.errorRate()).isZero();
		assertThat(read.latency().p99()).isEqualTo(10, within(0.2));
		assertThat(read.throughput()).isEqualTo(1);
	}

	@Test
	void fallbackStillIsAFailedCall() {
		call(Outcome.FALLBACK, FailureKind.TIMEOUT, 10);
		assertThat(this.signals.read(this.now, 0).errorRate()).isEqualTo(1);
	}

	@Test
	void slowSuccessIsNoError() {
		call(Outcome.SUCCESS, FailureKind.SLOW_RESPONSE, 10);
		assertThat(this.signals.read(this.now, 0).errorRate()).isZero();
		assertThat(this.signals.failures()).containsEntry(FailureKind.SLOW_RESPONSE, 1L);
	}

	@Test
	void failsAfterThreeFailedCallsInARow() {
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 1);
		call(Outcome.FALLBACK, FailureKind.SERVER_ERROR, 1);
		call(Outcome.REJECTED, FailureKind.REJECTED, 1);
		assertThat(this.signals.isFailing()).isFalse();
		call(Outcome.FAILURE, FailureKind.UNKNOWN, 1);
		assertThat(this.signals.isFailing()).isTrue();
		call(Outcome.SUCCESS, FailureKind.NONE, 1);
		assertThat(this.signals.isFailing()).isFalse();
	}

	@Test
	void anAnswerEndsTheRowAndARateLimitDoesNotCount() {
		for (int i = 0; i < 4; i++) {
			call(Outcome.FAILURE, FailureKind.TIMEOUT, 1);
			call(Outcome.FAILURE, FailureKind.TIMEOUT, 1);
			call(Outcome.FAILURE, FailureKind.RATE_LIMITED, 1);
			assertThat(this.signals.isFailing()).isFalse();
			call(Outcome.FAILURE, FailureKind.CLIENT_ERROR, 1);
		}
	}

	@Test
	void credentialsThatAreRefusedEachTimeAreNoticed() {
		for (int i = 0; i < 5; i++) {
			assertThat(this.signals.isUnauthorized()).isFalse();
			publish(Outcome.FAILURE, FailureKind.CLIENT_ERROR, true, 1);
		}
		assertThat(this.signals.isUnauthorized()).isTrue();
		call(Outcome.SUCCESS, FailureKind.NONE, 1);
		assertThat(this.signals.isUnauthorized()).isFalse();
	}

	@Test
	void nothingIsKeptBeforeTheFirstCall() {
		assertThat(this.signals).extracting("recorded").isNull();
		assertThat(this.signals.tick(this.now, 0)).isEqualTo(Counts.NONE);
		assertThat(this.signals.trend(this.now, Duration.ofSeconds(15)).throughput()).hasSize(60).containsOnly(0.0);
		assertThat(this.signals.read(this.now, 0).recentCalls()).isEqualTo(CallCounts.NONE);
		assertThat(this.signals).extracting("recorded").isNull();
	}

	@Test
	void aTickTellsWhatHasHappenedSinceTheLastOne() {
		call(Outcome.SUCCESS, FailureKind.NONE, 10);
		pass(1);
		call(Outcome.FAILURE, FailureKind.CORRUPT_DATA, 20);
		call(Outcome.REJECTED, FailureKind.REJECTED, 1);
		this.signals.onRetry(RetryDecision.RETRIED, FailureKind.TIMEOUT);
		this.signals.onRetry(RetryDecision.BUDGET, FailureKind.TIMEOUT);
		this.signals.onRetry(RetryDecision.BUDGET, FailureKind.TIMEOUT);
		this.signals.read(this.now, 0);
		Counts second = this.signals.tick(this.now, 0);
		assertThat(second.calls()).isEqualTo(1);
		assertThat(second.demand()).isEqualTo(2);
		assertThat(second.errors()).isEqualTo(1);
		assertThat(second.corrupt()).isEqualTo(1);
		assertThat(second.retries()).isEqualTo(1);
		assertThat(second.unaffordable()).isEqualTo(2);
		assertThat(second.latencies().percentile(50)).isEqualTo(20, within(0.2));
	}

	@Test
	void eachSecondIsKeptForAQuarterOfAnHour() {
		for (int i = 0; i < 10; i++) {
			call(Outcome.SUCCESS, FailureKind.NONE, 10);
		}
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 2000);
		this.now += Duration.ofSeconds(1).toNanos();
		this.signals.tick(this.now, 0.5);
		pass(898);
		assertThat(this.signals.read(this.now, 0).recentCalls()).isEqualTo(new CallCounts(11, 1));
		pass(1);
		assertThat(this.signals.read(this.now, 0).recentCalls()).isEqualTo(CallCounts.NONE);
		Trend trend = this.signals.trend(this.now, Duration.ofSeconds(1));
		assertThat(trend.throughput()).hasSize(900).startsWith(11.0, 0.0).endsWith(0.0);
		assertThat(trend.errorRate().get(0)).isEqualTo(1 / 11.0, within(0.001));
		assertThat(trend.p50().get(0)).isEqualTo(10, within(0.1));
		assertThat(trend.p99().get(0)).isEqualTo(2000, within(20.0));
		assertThat(trend.p99().get(1)).isNull();
		assertThat(trend.saturation()).startsWith(0.5, 0.0);
		Trend coarse = this.signals.trend(this.now, Duration.ofSeconds(15));
		assertThat(coarse.throughput()).hasSize(60);
		assertThat(coarse.throughput().get(0)).isEqualTo(11 / 15.0, within(0.001));
		pass(1);
		assertThat(this.signals.trend(this.now, Duration.ofSeconds(1)).throughput()).containsOnly(0.0);
	}

	@Test
	void operationsAreCounted() {
		call(Outcome.SUCCESS, FailureKind.NONE, 10);
		call(Outcome.FALLBACK, FailureKind.TIMEOUT, 10);
		call(Outcome.REJECTED, FailureKind.REJECTED, 10);
		assertThat(this.signals.operations()).isEqualTo(Map.of("Client.call", new CallCounts(2, 1)));
	}

	@Test
	void theFirstFailureInARowTellsSinceWhenItFails() {
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 5);
		call(Outcome.SUCCESS, FailureKind.NONE, 5);
		pass(1);
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 700);
		long since = this.now - Duration.ofMillis(700).toNanos();
		pass(1);
		call(Outcome.FAILURE, FailureKind.TIMEOUT, 5);
		assertThat(this.signals.failingSinceNanos()).isEqualTo(since);
	}

	@Test
	void noCallIsLostOrCountedTwiceWhileOthersCallAndTick() throws Exception {
		int calls = 100_000;
		CyclicBarrier start = new CyclicBarrier(3);
		List<Thread> callers = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			callers.add(new Thread(() -> {
				await(start);
				for (int call = 0; call < calls; call++) {
					call(Outcome.FAILURE, FailureKind.CORRUPT_DATA, call % 500);
				}
			}));
		}
		callers.forEach(Thread::start);
		await(start);
		Counts sum = Counts.NONE;
		while (callers.stream().anyMatch(Thread::isAlive)) {
			sum = sum.plus(this.signals.tick(this.now, 0));
		}
		sum = sum.plus(this.signals.tick(this.now, 0));
		assertThat(sum.calls()).isEqualTo(2 * calls);
		assertThat(sum.errors()).isEqualTo(2 * calls);
		assertThat(sum.corrupt()).isEqualTo(2 * calls);
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void pass(int seconds) {
		for (int i = 0; i < seconds; i++) {
			this.now += Duration.ofSeconds(1).toNanos();
			this.signals.tick(this.now, 0);
		}
	}

	private void call(Outcome outcome, FailureKind kind, long millis) {
		publish(outcome, kind, false, millis);
	}

	private void publish(Outcome outcome, FailureKind kind, boolean unauthorized, long millis) {
		this.signals.onCall(new EndedCall("partner", "Client.call", DependencyType.CRITICAL, outcome, kind,
				unauthorized, this.now, Duration.ofMillis(millis).toNanos()));
	}

}
