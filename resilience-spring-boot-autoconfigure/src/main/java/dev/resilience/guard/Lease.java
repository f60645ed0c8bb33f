package dev.resilience.guard;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A permit of the bulkhead that may outlive its call: it is given back when the work has
 * really ended.
 */
final class Lease {

	private static final int RUNNING = 0;

	private static final int ENDED = 1;

	private static final int ABANDONED = 2;

	private final Bulkhead bulkhead;

	private final AtomicInteger state = new AtomicInteger(RUNNING);

	Lease(Bulkhead bulkhead) {
		this.bulkhead = bulkhead;
	}

	/** The caller has gone, the work may go on. */
	void abandon() {
		this.bulkhead.abandon();
		if (!this.state.compareAndSet(RUNNING, ABANDONED)) {
			this.bulkhead.abandonedEnded();
		}
	}

	/** The work has ended; may be told more than once. */
	void end() {
		int before = this.state.getAndSet(ENDED);
		if (before == ABANDONED) {
			this.bulkhead.abandonedEnded();
		}
		if (before != ENDED) {
			this.bulkhead.release();
		}
	}

}
