package dev.resilience.guard;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many calls of a dependency run at once. A permit is held until the work has
 * really ended, also when its caller has long gone.
 */
final class Bulkhead {

	private final Permits permits;

	private volatile int limit;

	private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();

	private final AtomicInteger serving = new AtomicInteger();

	private final AtomicInteger abandoned = new AtomicInteger();

	Bulkhead(int limit) {
		this.limit = limit;
		this.permits = new Permits(limit);
	}

	boolean tryAcquire() {
		return this.permits.tryAcquire();
	}

	boolean tryAcquire(long nanos) throws InterruptedException {
		if (nanos <= 0) {
			return this.permits.tryAcquire();
		}
		boolean acquired = false;
		try {
			acquired = this.permits.tryAcquire(nanos, TimeUnit.NANOSECONDS);
			return acquired;
		}
		finally {
			if (!acquired) {
				// a permit may have been kept for this caller
				serveWaiters();
			}
		}
	}

	/**
	 * Wait for a permit without a thread.
	 * @param granted runs once, on the releasing thread or on this one, and then owns a
	 * permit; it must not block
	 * @return for giving up
	 */
	Waiter await(Runnable granted) {
		Waiter waiter = new Waiter(granted);
		this.waiters.add(waiter);
		// a permit may have been released before the waiter could be seen
		serveWaiters();
		return waiter;
	}

	void release() {
		this.permits.release();
		if (!this.waiters.isEmpty()) {
			serveWaiters();
		}
	}

	// one thread at a time, which also serves for the others: a waiter that gives its
	// permit back at once must not nest the next one
	private void serveWaiters() {
		if (this.serving.getAndIncrement() > 0) {
			return;
		}
		boolean served = false;
		try {
			int asked;
			do {
				asked = this.serving.get();
				serveAll();
			}
			while (!this.serving.compareAndSet(asked, 0));
			served = true;
		}
		finally {
			if (!served) {
				this.serving.set(0);
			}
		}
	}

	// blocked callers come first: their thread is waiting
	private void serveAll() {
		while (!this.waiters.isEmpty() && !this.permits.hasQueuedThreads() && this.permits.tryAcquire()) {
			Waiter waiter = this.waiters.poll();
			while (waiter != null && !waiter.done.compareAndSet(false, true)) {
				waiter = this.waiters.poll();
			}
			if (waiter == null) {
				this.permits.release();
			}
			else {
				waiter.granted.run();
			}
		}
	}

	int limit() {
		return this.limit;
	}

	/**
	 * Change how many calls may run at once. Permits in use stay in use: a lower limit
	 * takes effect as they are given back.
	 */
	void resize(int limit) {
		int more = limit - this.limit;
		this.limit = limit;
		if (more < 0) {
			this.permits.reducePermits(-more);
		}
		else if (more > 0) {
			this.permits.release(more);
			serveWaiters();
		}
	}

	int inFlight() {
		return Math.max(0, this.limit - this.permits.availablePermits());
	}

	int abandoned() {
		return this.abandoned.get();
	}

	/** The caller has gone, the work goes on. */
	void abandon() {
		this.abandoned.incrementAndGet();
	}

	/** Abandoned work has ended at last. */
	void abandonedEnded() {
		this.abandoned.decrementAndGet();
	}

	/**
	 * Permits whose number can be lowered, also below what is in use.
	 */
	private static final class Permits extends Semaphore {

		private Permits(int permits) {
			super(permits);
		}

		@Override
		protected void reducePermits(int reduction) {
			super.reducePermits(reduction);
		}

	}

	/**
	 * Somebody who waits for a permit.
	 */
	final class Waiter {

		private final Runnable granted;

		private final AtomicBoolean done = new AtomicBoolean();

		private Waiter(Runnable granted) {
			this.granted = granted;
		}

		/**
		 * Give up.
		 * @return {@code false} if the permit has been granted already
		 */
		boolean cancel() {
			boolean cancelled = this.done.compareAndSet(false, true);
			if (cancelled) {
				Bulkhead.this.waiters.remove(this);
			}
			return cancelled;
		}

	}

}
