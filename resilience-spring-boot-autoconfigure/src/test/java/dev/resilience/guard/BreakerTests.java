package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.BreakerState;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.Rate;
import dev.resilience.policy.Window;
import dev.resilience.signal.CallListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Breaker}.
 */
class BreakerTests {

	private static final CallListener NOBODY = (event) -> {
	};

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
		assertThat(this.breaker.tryAcquire(now(), now() + LEASE)).isEqualTo(Breaker.REFUSED);
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
		assertThat(this.breaker.tryAcquire(now(), now() + LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
	}

	@Test
	void closesWhenProbesSucceed() {
		List<Integer> probes = halfOpenWithProbes();
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
		this.breaker = breaker(Duration.ofMinutes(5), 1);
		open();
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void stragglersOfClosedStateDecideNothingWhenHalfOpen() {
		List<Integer> stragglers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			stragglers.add(permission());
		}
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		List<Integer> probes = List.of(permission(), permission(), permission());
		stragglers.subList(0, 4).forEach((straggler) -> this.breaker.succeeded(straggler, now(), false));
		stragglers.subList(4, 7).forEach((straggler) -> this.breaker.failed(straggler, now()));
		stragglers.subList(7, 10).forEach((straggler) -> this.breaker.release(straggler, now()));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		assertThat(this.breaker.read(now()).calls()).isZero();
		assertThat(this.breaker.tryAcquire(now(), now() + LEASE)).isEqualTo(Breaker.REFUSED);
		probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void releasedProbeMakesRoomForAnother() {
		List<Integer> probes = halfOpenWithProbes();
		this.breaker.release(probes.get(0), now());
		int another = permission();
		for (int probe : List.of(another, probes.get(1), probes.get(2))) {
			this.breaker.succeeded(probe, now(), false);
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void lostProbesOpenItAgainAfterTheirLease() {
		List<Integer> lost = halfOpenWithProbes();
		this.clock.advance(Duration.ofNanos(LEASE));
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.tryAcquire(now(), now() + LEASE)).isEqualTo(Breaker.REFUSED);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		assertThat(this.breaker.retryAfter(now())).isBetween(OPEN_FOR, OPEN_FOR.multipliedBy(2));
		lost.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
		this.clock.advance(OPEN_FOR.multipliedBy(2).plusMillis(1));
		succeed(3);
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aLostProbeIsOneThatFailed() {
		List<Integer> probes = halfOpenWithProbes();
		this.breaker.succeeded(probes.get(0), now(), false);
		this.breaker.succeeded(probes.get(1), now(), false);
		this.clock.advance(Duration.ofNanos(LEASE + 1));
		assertThat(this.breaker.isOpen(now())).isFalse();
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void eachProbeHasItsOwnLease() {
		int lost = halfOpen();
		this.clock.advance(Duration.ofNanos(LEASE));
		List<Integer> later = List.of(permission(), permission());
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		this.breaker.release(lost, now());
		assertThat(this.breaker.isOpen(now())).isTrue();
		later.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aProbeThatNobodyMissedIsLateAllTheSame() {
		List<Integer> probes = halfOpenWithProbes();
		this.clock.advance(Duration.ofNanos(LEASE + 1));
		probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void theLeaseIsNotShorterThanTheOpenTime() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		List<Integer> probes = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			probes.add(this.breaker.tryAcquire(now(), now() + 1));
		}
		this.clock.advance(OPEN_FOR);
		probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aProbeIsReportedOnce() {
		List<Integer> probes = halfOpenWithProbes();
		for (int i = 0; i < 3; i++) {
			this.breaker.succeeded(probes.get(0), now(), false);
			this.breaker.failed(probes.get(0), now());
			this.breaker.release(probes.get(0), now());
		}
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		assertThat(this.breaker.read(now()).calls()).isEqualTo(1);
		assertThat(this.breaker.isOpen(now())).isTrue();
	}

	@Test
	void probesOfAnEarlierTimeDecideNothing() {
		List<Integer> earlier = halfOpenWithProbes();
		this.breaker.failed(earlier.get(0), now());
		this.breaker.failed(earlier.get(1), now());
		this.clock.advance(Duration.ofNanos(LEASE + 1));
		assertThat(this.breaker.isOpen(now())).isTrue();
		this.clock.advance(OPEN_FOR.multipliedBy(2).plusMillis(1));
		List<Integer> probes = List.of(permission(), permission(), permission());
		earlier.forEach((probe) -> this.breaker.failed(probe, now()));
		earlier.forEach((probe) -> this.breaker.release(probe, now()));
		assertThat(this.breaker.isOpen(now())).isTrue();
		probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
		assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
		earlier.forEach((probe) -> this.breaker.failed(probe, now()));
		assertThat(this.breaker.read(now()).calls()).isZero();
	}

	@Test
	void refusesBeforeAnythingIsSpentWhileItsProbesAreOut() {
		List<Integer> probes = halfOpenWithProbes();
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.read(now()).refused()).isEqualTo(1);
		this.breaker.release(probes.get(0), now());
		assertThat(this.breaker.isOpen(now())).isFalse();
	}

	@Test
	void tellsWhenItMayProbeAgain() {
		List<Integer> probes = halfOpenWithProbes();
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofSeconds(1));
		this.clock.advance(Duration.ofNanos(LEASE).minusMillis(10));
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofMillis(10));
		this.breaker.release(probes.get(0), now());
		assertThat(this.breaker.retryAfter(now())).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "0, 8000", "0.25, 8500", "1, 10000" })
	void aRandomPartOfTheOpenTimeIsLeftOut(double random, long millis) {
		this.breaker = breaker(OPEN_FOR, random);
		open();
		assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofMillis(millis));
		this.clock.advance(Duration.ofMillis(millis));
		assertThat(this.breaker.isOpen(now())).isTrue();
		assertThat(this.breaker.tryAcquire(now(), now() + LEASE)).isEqualTo(Breaker.REFUSED);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.breaker.isOpen(now())).isFalse();
		permission();
	}

	@Test
	void aRandomPartOfEachDoubledTimeIsLeftOut() {
		this.breaker = breaker(OPEN_FOR, 0);
		open();
		for (int seconds : new int[] { 8, 16, 32, 64, 96, 96 }) {
			assertThat(this.breaker.retryAfter(now())).isEqualTo(Duration.ofSeconds(seconds));
			this.clock.advance(Duration.ofSeconds(seconds).plusMillis(1));
			failProbes();
		}
	}

	@Test
	void instancesDoNotProbeInStep() {
		Breaker early = breaker(OPEN_FOR, 0.3);
		Breaker late = breaker(OPEN_FOR, 0.6);
		for (int i = 0; i < 10; i++) {
			early.failed(early.tryAcquire(now(), now()), now());
			late.failed(late.tryAcquire(now(), now()), now());
		}
		for (int i = 0; i < 4; i++) {
			this.clock.advance(early.retryAfter(now()).plusNanos(1));
			assertThat(late.isOpen(now())).isTrue();
			List.of(1, 2, 3).forEach((probe) -> early.failed(early.tryAcquire(now(), now()), now()));
			this.clock.advance(late.retryAfter(now()).plusNanos(1));
			assertThat(early.isOpen(now())).isTrue();
			List.of(1, 2, 3).forEach((probe) -> late.failed(late.tryAcquire(now(), now()), now()));
		}
	}

	@Test
	@Timeout(60)
	void neverMoreProbesAreOutThanAllowed() throws Exception {
		int threads = 16;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 200; round++) {
				this.breaker = breaker(Window.of("20s"), 10, 3);
				open();
				this.clock.advance(OPEN_FOR.plusMillis(1));
				CyclicBarrier barrier = new CyclicBarrier(threads);
				AtomicInteger out = new AtomicInteger();
				AtomicInteger most = new AtomicInteger();
				List<Future<?>> callers = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					callers.add(executor.submit(() -> {
						barrier.await();
						// each hands its place on, and none ever decides
						for (int call = 0; call < 20; call++) {
							int probe = this.breaker.isOpen(now()) ? Breaker.REFUSED
									: this.breaker.tryAcquire(now(), now() + LEASE);
							if (probe != Breaker.REFUSED) {
								most.accumulateAndGet(out.incrementAndGet(), Math::max);
								Thread.yield();
								out.decrementAndGet();
								this.breaker.release(probe, now());
								this.breaker.release(probe, now());
							}
						}
						return null;
					}));
				}
				for (Future<?> caller : callers) {
					caller.get();
				}
				assertThat(most.get()).isBetween(1, 3);
				assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
				succeed(3);
				assertThat(this.breaker.state()).isEqualTo(BreakerState.CLOSED);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	@Timeout(60)
	void aRaceForProbesHasAsManyWinnersAsProbes() throws Exception {
		int threads = 16;
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			for (int round = 0; round < 500; round++) {
				boolean lost = round % 2 == 0;
				this.breaker = breaker(Window.of("20s"), 10, 3);
				open();
				this.clock.advance(OPEN_FOR.plusMillis(1));
				CyclicBarrier barrier = new CyclicBarrier(threads);
				Queue<Integer> probes = new ConcurrentLinkedQueue<>();
				List<Future<?>> callers = new ArrayList<>();
				for (int i = 0; i < threads; i++) {
					callers.add(executor.submit(() -> {
						barrier.await();
						int probe = this.breaker.tryAcquire(now(), now() + LEASE);
						if (probe != Breaker.REFUSED) {
							probes.add(probe);
						}
						barrier.await();
						return null;
					}));
				}
				for (Future<?> caller : callers) {
					caller.get();
				}
				assertThat(probes).hasSize(3).doesNotHaveDuplicates();
				if (lost) {
					// reported by all at once, and too late
					this.clock.advance(Duration.ofNanos(LEASE + 1));
				}
				callers.clear();
				for (int i = 0; i < threads; i++) {
					callers.add(executor.submit(() -> {
						barrier.await();
						probes.forEach((probe) -> this.breaker.succeeded(probe, now(), false));
						return null;
					}));
				}
				for (Future<?> caller : callers) {
					caller.get();
				}
				assertThat(this.breaker.state()).isEqualTo(lost ? BreakerState.OPEN : BreakerState.CLOSED);
				if (!lost) {
					assertThat(this.breaker.read(now()).calls()).isZero();
				}
			}
		}
		finally {
			executor.shutdownNow();
		}
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
		return new Breaker("partner", policy(window, minCalls, probes, OPEN_FOR), () -> 1, NOBODY, now());
	}

	private Breaker breaker(Duration openFor, double random) {
		return new Breaker("partner", policy(Window.of("20s"), 10, 3, openFor), () -> random, NOBODY, now());
	}

	private static DependencyPolicy.Breaker policy(Window window, int minCalls, int probes, Duration openFor) {
		return new DependencyPolicy.Breaker(true, Rate.of("50%"), Rate.of("80%"), window, minCalls, openFor, probes);
	}

	private long now() {
		return this.clock.getAsLong();
	}

	private int permission() {
		int permission = this.breaker.tryAcquire(now(), now() + LEASE);
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

	private int halfOpen() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		int probe = permission();
		assertThat(this.breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
		return probe;
	}

	private List<Integer> halfOpenWithProbes() {
		open();
		this.clock.advance(OPEN_FOR.plusMillis(1));
		return List.of(permission(), permission(), permission());
	}

	private void failProbes() {
		for (int probe : List.of(permission(), permission(), permission())) {
			this.breaker.failed(probe, now());
		}
	}

}
