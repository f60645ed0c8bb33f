package dev.resilience.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Bulkhead}.
 */
class BulkheadTests {

	private final Bulkhead bulkhead = new Bulkhead(1);

	@Test
	void boundsPermits() {
		assertThat(this.bulkhead.tryAcquire()).isTrue();
		assertThat(this.bulkhead.tryAcquire()).isFalse();
		assertThat(this.bulkhead.inFlight()).isEqualTo(1);
		this.bulkhead.release();
		assertThat(this.bulkhead.inFlight()).isZero();
		assertThat(this.bulkhead.tryAcquire()).isTrue();
	}

	@Test
	void waiterIsServedAtOnceWhenThereIsRoom() {
		List<String> granted = new ArrayList<>();
		Bulkhead.Waiter waiter = this.bulkhead.await(() -> granted.add("a"));
		assertThat(granted).containsExactly("a");
		assertThat(waiter.cancel()).isFalse();
		assertThat(this.bulkhead.inFlight()).isEqualTo(1);
	}

	@Test
	void waitersAreServedInTheirOrder() {
		List<String> granted = new ArrayList<>();
		this.bulkhead.tryAcquire();
		this.bulkhead.await(() -> granted.add("a"));
		this.bulkhead.await(() -> granted.add("b"));
		assertThat(granted).isEmpty();
		this.bulkhead.release();
		assertThat(granted).containsExactly("a");
		this.bulkhead.release();
		assertThat(granted).containsExactly("a", "b");
		this.bulkhead.release();
		assertThat(this.bulkhead.inFlight()).isZero();
	}

	@Test
	void cancelledWaiterIsPassedOver() {
		List<String> granted = new ArrayList<>();
		this.bulkhead.tryAcquire();
		Bulkhead.Waiter waiter = this.bulkhead.await(() -> granted.add("a"));
		this.bulkhead.await(() -> granted.add("b"));
		assertThat(waiter.cancel()).isTrue();
		assertThat(waiter.cancel()).isFalse();
		this.bulkhead.release();
		assertThat(granted).containsExactly("b");
	}

	@Test
	void blockedCallersComeFirst() throws Exception {
		CountDownLatch served = new CountDownLatch(1);
		this.bulkhead.tryAcquire();
		CompletableFuture<Boolean> acquired = new CompletableFuture<>();
		Thread blocked = blocked(acquired);
		this.bulkhead.await(served::countDown);
		this.bulkhead.release();
		assertThat(acquired.get(10, TimeUnit.SECONDS)).isTrue();
		assertThat(served.getCount()).isEqualTo(1);
		this.bulkhead.release();
		assertThat(served.getCount()).isZero();
		blocked.join();
	}

	@Test
	void waiterIsServedWhenABlockedCallerGivesUp() throws Exception {
		for (int i = 0; i < 200; i++) {
			Bulkhead bulkhead = new Bulkhead(1);
			bulkhead.tryAcquire();
			CountDownLatch served = new CountDownLatch(1);
			CountDownLatch gone = new CountDownLatch(1);
			Thread blocked = new Thread(() -> {
				try {
					if (bulkhead.tryAcquire(TimeUnit.MINUTES.toNanos(1))) {
						bulkhead.release();
					}
				}
				catch (InterruptedException ex) {
					// gives up
				}
				gone.countDown();
			});
			blocked.start();
			awaitWaiting(blocked);
			bulkhead.await(served::countDown);
			blocked.interrupt();
			bulkhead.release();
			TestEnvironment.await(gone);
			assertThat(served.await(5, TimeUnit.SECONDS)).as("round %s", i).isTrue();
		}
	}

	@Test
	void noPermitIsLostUnderContention() throws Exception {
		Bulkhead bulkhead = new Bulkhead(3);
		int threads = 8;
		AtomicInteger running = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger granted = new AtomicInteger();
		AtomicInteger cancelled = new AtomicInteger();
		CyclicBarrier barrier = new CyclicBarrier(threads);
		Runnable hold = () -> {
			most.accumulateAndGet(running.incrementAndGet(), Math::max);
			running.decrementAndGet();
			granted.incrementAndGet();
			bulkhead.release();
		};
		List<CompletableFuture<Void>> all = new ArrayList<>();
		int rounds = 10_000;
		for (int i = 0; i < threads; i++) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			all.add(done);
			new Thread(() -> {
				try {
					barrier.await();
					for (int round = 0; round < rounds; round++) {
						switch (ThreadLocalRandom.current().nextInt(3)) {
							case 0 -> {
								if (bulkhead.tryAcquire()) {
									hold.run();
								}
								else {
									cancelled.incrementAndGet();
								}
							}
							case 1 -> {
								if (bulkhead.tryAcquire(TimeUnit.MICROSECONDS.toNanos(20))) {
									hold.run();
								}
								else {
									cancelled.incrementAndGet();
								}
							}
							default -> {
								Bulkhead.Waiter waiter = bulkhead.await(hold);
								if (round % 2 == 0 && waiter.cancel()) {
									cancelled.incrementAndGet();
								}
							}
						}
					}
					done.complete(null);
				}
				catch (Throwable ex) {
					done.completeExceptionally(ex);
				}
			}).start();
		}
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
		assertThat(bulkhead.inFlight()).isZero();
		assertThat(granted.get() + cancelled.get()).isEqualTo(threads * rounds);
		assertThat(most.get()).isLessThanOrEqualTo(3);
	}

	private Thread blocked(CompletableFuture<Boolean> acquired) {
		Thread thread = new Thread(() -> {
			try {
				acquired.complete(this.bulkhead.tryAcquire(TimeUnit.MINUTES.toNanos(1)));
			}
			catch (InterruptedException ex) {
				acquired.completeExceptionally(ex);
			}
		});
		thread.start();
		awaitWaiting(thread);
		return thread;
	}

	private static void awaitWaiting(Thread thread) {
		while (thread.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
	}

}
