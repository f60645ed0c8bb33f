package dev.resilience.signal;

import java.time.Duration;

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
		assertThat(read).isEqualTo(new Signals(Duration.ofMinutes(1), 0, 0, new Latency(0, 0, 0), 0.25));
		assertThat(this.signals.isCalled()).isFalse();
		assertThat(this.signals.failures()).isEmpty();
	}

	@Test
	void throughputErrorRateAndPercentiles() {
		for (int i = 1; i <= 100; i++) {
			call((i <= 10) ? Outcome.FAILURE : Outcome.SUCCESS, (i <= 10) ? FailureKind.SERVER_ERROR : FailureKind.NONE,
					i);
		}
		this.now += Duration.ofSeconds(10).toNanos();
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
		this.now += Duration.ofSeconds(59).toNanos();
		assertThat(this.signals.read(this.now, 0).errorRate()).isEqualTo(1);
		this.now += Duration.ofSeconds(1).toNanos();
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

	private void call(Outcome outcome, FailureKind kind, long millis) {
		publish(outcome, kind, false, millis);
	}

	private void publish(Outcome outcome, FailureKind kind, boolean unauthorized, long millis) {
		this.signals.onCall(new EndedCall("partner", "Client.call", DependencyType.CRITICAL, outcome, kind,
				unauthorized, this.now, Duration.ofMillis(millis).toNanos()));
	}

	private record EndedCall(String dependency, String operation, DependencyType type, Outcome outcome,
			FailureKind failure, boolean unauthorized, long endNanos, long durationNanos) implements CallEvent {

	}

}
