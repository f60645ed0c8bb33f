package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.Rate;
import dev.resilience.policy.Window;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Breaker}.
 */
class BreakerTests {

	private static final Duration OPEN_FOR = Duration.ofSeconds(10);

	private static final long LEASE = Duration.ofSeconds(30).toNanos();

	private final TestClock clock = new TestClock();

	private Breaker breaker = breaker(Window.of("20s"), 10, 3);

	@Test
	void opensWhenFailureRateIsReached() {
		succeed(5);
		fail(4);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		fail(1);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		assertThat(this.breaker.read(now()).failureRate()).isEqualTo(0.5);
	}

	@Test
	void staysClosedBelowMinCalls() {
		fail(9);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.breaker.read(now()).failureRate()).isEqualTo(1);
		assertThat(this.breaker.read(now()).calls()).isEqualTo(9);
	}

	@Test
	void staysClosedBelowFailureRate() {
		for (int i = 0; i < 50; i++) {
			succeed(6);
			fail(4);
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void failuresLeaveTheWindowOfTime() {
		fail(9);
		this.clock.advance(Duration.ofSeconds(21));
		fail(9);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.breaker.read(now()).calls()).isEqualTo(9);
	}

	@Test
	void failuresLeaveTheWindowOfCalls() {
		this.breaker = breaker(Window.of("10"), 10, 3);
		succeed(10);
		fail(4);
		succeed(10);
		fail(4);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.breaker.read(now()).failureRate()).isEqualTo(0.4, within(1e-6));
		fail(1);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void opensWhenSlowRateIsReached() {
		for (int i = 0; i < 10; i++) {
			this.breaker.succeeded(permission(), now(), i < 8);
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		assertThat(this.breaker.read(now()).slowRate()).isEqualTo(0.8);
		assertThat(this.breaker.read(now()).failureRate()).isZero();
	}

	@Test
	void refusesAndCountsRefusalsWhileOpen() {
		open();
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.read(now()).refused()).isEqualTo(2);
	}

	@Test
	void tellsWhenItWillProbe() {
		assertThat(this.breaker.retryAfter(now())).isNull();
		open();
		this.clock.advance(Duration.ofSeconds(4));
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofSeconds(6));
		this.clock.advance(Duration.ofSeconds(60));
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ZERO);
	}

	@Test
	void letsSoManyProbesThroughWhenHalfOpen() {
		halfOpen();
		permission();
		permission();
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
	}

	@Test
	void closesWhenProbesSucceed() {
		List<Long> probes = halfOpenWithProbes();
		this.breaker.succeeded(probes.get(0), now(), false);
		this.breaker.succeeded(probes.get(1), now(), false);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		this.breaker.succeeded(probes.get(2), now(), false);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.breaker.read(now()).calls()).isZero();
	}

	@Test
	void opensForTwiceAsLongEachTimeThatProbesFailUpToTwoMinutes() {
		open();
		for (int seconds : new int[] { 10, 20, 40, 80, 120, 120 }) {
			assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofSeconds(seconds));
			this.clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
			assertThat(this.breaker.isOpen(now())).isTrue();
			this.clock.advance(Duration.ofMillis(2));
			failProbes();
			assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		}
	}

	@Test
	void opensForTheFirstTimeAgainAfterItWasClosed() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		failProbes();
		this.clock.advance(OPEN_FOR.multipliedBy(2).plusMillis(1));
		succeed(3);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		open();
		assertThat(this.breaker.retryAfter(now())).isEqualTo(OPEN_FOR);
	}

	@Test
	void neverOpensShorterThanConfigured() {
		this.breaker = new Breaker("partner", policy(Window.of("20s"), 10, 3, Duration.ofMinutes(5)), now());
		open();
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void stragglersOfClosedStateDecideNothingWhenHalfOpen() {
		List<Long> stragglers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			stragglers.add(permission());
		}
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		List<Long> probes = List.of(permission(), permission(), permission());
		stragglers.subList(0, 4).forEach((straggler) -> this.breaker.succeeded(straggler, now(), false));
		stragglers.subList(4, 7).forEach((straggler) -> this.breaker.failed(straggler, now()));
		stragglers.subList(7, 10).forEach((straggler) -> this.breaker.release(straggler, now()));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		assertThat(this.breaker.read(now()).calls()).isZero();
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void releasedProbeMakesRoomForAnother() {
		List<Long> probes = halfOpenWithProbes();
		this.breaker.release(probes.get(0), now());
		long another = permission();
		for (long probe : List.of(another, probes.get(1), probes.get(2))) {
			this.breaker.succeeded(probe, now(), false);
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void lostProbesOpenItAgainAfterTheirLease() {
		List<Long> lost = halfOpenWithProbes();
		this.clock.advance(Duration.ofNanos(LEASE));
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		lost.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		this.clock.advance(OPEN_FOR.multipliedBy(2).plusMillis(1));
		succeed(3);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aProbeThatWasGivenLateHasItsOwnLease() {
		this.breaker.succeeded(halfOpen(), now(), false);
		this.clock.advance(Duration.ofNanos(LEASE));
		permission();
		long last = permission();
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.breaker.tryAcquire(now(), LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		this.breaker.release(last, now());
		assertThat(permission()).isEqualTo(last);
	}

	@Test
	void aProbeIsNeverLostBetweenTwoStates() throws Exception {
		int threads = 4;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 1000; round++) {
				this.breaker = breaker(Window.of("20s"), 10, threads);
				open();
				this.clock.advance(OPEN_FOR.plusMillis(1));
				CyclicBarrier barrier = new CyclicBarrier(threads);
				List<Future<?>> probes = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					probes.add(executor.submit(() -> {
						barrier.await();
						this.breaker.succeeded(permission(), now(), false);
						return null;
					}));
				}
				for (Future<?> probe : probes) {
					probe.get();
				}
				assertThat(this.breaker.state()).as("round %s", round).isEqualTo(BreakerState.CLOSED);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void reportsWithoutPermissionAreIgnored() {
		for (int i = 0; i < 20; i++) {
			this.breaker.failed(Breaker.NOT_ASKED, now());
			this.breaker.failed(Breaker.REFUSED, now());
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.breaker.read(now()).calls()).isZero();
	}

	private Breaker breaker(Window window, int minCalls, int probes) {
		return new Breaker("partner", policy(window, minCalls, probes, OPEN_FOR), now());
	}

	private static DependencyPolicy.Breaker policy(Window window, int minCalls, int probes, Duration openFor) {
		return new DependencyPolicy.Breaker(true, Rate.of("50%"), Rate.of("80%"), window, minCalls, openFor, probes);
	}

	private long now() {
		return this.clock.getAsLong();
	}

	private long permission() {
		long permission = this.breaker.tryAcquire(now(), LEASE);
		assertThat(permission).isNotNegative();
		return permission;
	}

	private void succeed(int calls) {
		for (int i = 0; i < calls; i++) {
			this.breaker.succeeded(permission(), now(), false);
		}
	}

	private void fail(int calls) {
		for (int i = 0; i < calls; i++) {
			this.breaker.failed(permission(), now());
		}
	}

	private void open() {
		fail(10);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
	}

	private long halfOpen() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		long probe = permission();
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		return probe;
	}

	private List<Long> halfOpenWithProbes() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		return List.of(permission(), permission(), permission());
	}

	private void failProbes() {
		for (long probe : List.of(permission(), permission(), permission())) {
			this.breaker.failed(probe, now());
		}
	}

}
