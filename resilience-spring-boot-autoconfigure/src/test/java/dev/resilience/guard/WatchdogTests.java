package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Watchdog} and {@link Alarm}.
 */
class WatchdogTests {

	@AutoClose
	private final Watchdog watchdog = Watchdog.start(System::nanoTime);

	@AfterEach
	void noInterruptIsLeft() {
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void firesAtTheDeadline() {
		long deadline = in(Duration.ofMillis(20));
		Alarm alarm = this.watchdog.arm(deadline);
		awaitInterrupt();
		assertThat(System.nanoTime() - deadline).isNotNegative();
		assertThat(this.watchdog.disarm(alarm)).isTrue();
	}

	@Test
	void firesAtOnceWhenTheDeadlineHasPassed() {
		Alarm alarm = this.watchdog.arm(System.nanoTime() - 1);
		awaitInterrupt();
		assertThat(this.watchdog.disarm(alarm)).isTrue();
	}

	@Test
	void anEarlierDeadlineWakesItFromItsSleep() {
		Alarm later = this.watchdog.arm(in(Duration.ofHours(1)));
		Alarm earlier = this.watchdog.arm(in(Duration.ofMillis(5)));
		awaitInterrupt();
		assertThat(this.watchdog.disarm(earlier)).isTrue();
		assertThat(this.watchdog.disarm(later)).isFalse();
	}

	@Test
	void doesNotFireAfterItWasDisarmed() {
		Alarm alarm = this.watchdog.arm(in(Duration.ofMinutes(1)));
		boolean fired = this.watchdog.disarm(alarm);
		Alarm next = this.watchdog.arm(in(Duration.ofMillis(10)));
		awaitInterrupt();
		assertThat(this.watchdog.disarm(next)).isTrue();
		assertThat(fired).isFalse();
		alarm.fireIfDue(Long.MAX_VALUE / 2);
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	void anInterruptBeforeItFiredIsKept() {
		Thread.currentThread().interrupt();
		Alarm alarm = this.watchdog.arm(in(Duration.ofMillis(1)));
		while (alarm.isArmed()) {
			Thread.onSpinWait();
		}
		assertThat(this.watchdog.disarm(alarm)).isTrue();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void anInterruptAfterItWasDisarmedIsKept() {
		Alarm alarm = this.watchdog.arm(in(Duration.ofMillis(1)));
		awaitInterrupt();
		this.watchdog.disarm(alarm);
		Thread.currentThread().interrupt();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void anInterruptWithoutFiringIsKept() {
		Alarm alarm = this.watchdog.arm(in(Duration.ofHours(1)));
		Thread.currentThread().interrupt();
		assertThat(this.watchdog.disarm(alarm)).isFalse();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void firesMoreAlarmsThanItsTableHasSlots() {
		Deque<Alarm> alarms = new ArrayDeque<>();
		long deadline = in(Duration.ofMillis(50));
		for (int i = 0; i < 3000; i++) {
			alarms.push(this.watchdog.arm(deadline));
		}
		for (Alarm alarm : alarms) {
			while (alarm.isArmed()) {
				Thread.onSpinWait();
			}
		}
		Thread.interrupted();
		while (!alarms.isEmpty()) {
			assertThat(this.watchdog.disarm(alarms.pop())).isTrue();
		}
		Thread.interrupted();
		Alarm alarm = this.watchdog.arm(in(Duration.ofMillis(1)));
		awaitInterrupt();
		assertThat(this.watchdog.disarm(alarm)).isTrue();
	}

	@Test
	void interruptsEachOfManyThreads() throws Exception {
		int threads = 200;
		CountDownLatch fired = new CountDownLatch(threads);
		for (int i = 0; i < threads; i++) {
			Thread thread = new Thread(() -> {
				Alarm alarm = this.watchdog.arm(in(Duration.ofMillis(20)));
				awaitInterrupt();
				if (this.watchdog.disarm(alarm) && !Thread.interrupted()) {
					fired.countDown();
				}
			});
			thread.setDaemon(true);
			thread.start();
		}
		assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void noInterruptIsLeftWhenCallsEndCloseToTheirDeadline() throws Exception {
		int threads = 3;
		List<CompletableFuture<long[]>> all = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			CompletableFuture<long[]> done = new CompletableFuture<>();
			all.add(done);
			new Thread(() -> {
				long fired = 0;
				long leaked = 0;
				for (int call = 0; call < 350_000; call++) {
					Alarm alarm = this.watchdog.arm(System.nanoTime() + ThreadLocalRandom.current().nextInt(4000));
					for (int spin = ThreadLocalRandom.current().nextInt(20); spin > 0; spin--) {
						Thread.onSpinWait();
					}
					if (this.watchdog.disarm(alarm)) {
						fired++;
					}
					if (Thread.interrupted()) {
						leaked++;
					}
				}
				done.complete(new long[] { fired, leaked });
			}).start();
		}
		long fired = 0;
		for (CompletableFuture<long[]> done : all) {
			fired += done.get(30, TimeUnit.SECONDS)[0];
			assertThat(done.get()[1]).isZero();
		}
		assertThat(fired).isPositive();
	}

	@Test
	void interruptsASleepingThread() {
		Alarm alarm = this.watchdog.arm(in(Duration.ofMillis(5)));
		assertThatExceptionOfType(InterruptedException.class)
			.isThrownBy(() -> new CountDownLatch(1).await(10, TimeUnit.SECONDS));
		assertThat(this.watchdog.disarm(alarm)).isTrue();
	}

	private static long in(Duration time) {
		return System.nanoTime() + time.toNanos();
	}

	private static void awaitInterrupt() {
		long start = System.nanoTime();
		while (!Thread.currentThread().isInterrupted()) {
			assertThat(System.nanoTime() - start).isLessThan(TestEnvironment.LONG.toNanos());
			Thread.onSpinWait();
		}
	}

}
