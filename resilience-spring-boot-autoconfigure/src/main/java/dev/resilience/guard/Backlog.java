package dev.resilience.guard;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The calls of an operation that were fired and forgotten, and have not ended.
 */
final class Backlog {

	private final AtomicInteger pending = new AtomicInteger();

	private final AtomicInteger waiting = new AtomicInteger();

	void began() {
		this.pending.incrementAndGet();
	}

	void ended() {
		this.pending.decrementAndGet();
	}

	/**
	 * Wait for a place in the bulkhead.
	 * @param limit how many may wait
	 * @return {@code false} if too many do already
	 */
	boolean tryWait(int limit) {
		if (this.waiting.incrementAndGet() > limit) {
			this.waiting.decrementAndGet();
			return false;
		}
		return true;
	}

	void waited() {
		this.waiting.decrementAndGet();
	}

	/** Calls that wait or run. */
	int pending() {
		return this.pending.get();
	}

}
