package dev.resilience.guard;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long a subscriber waits for the next signal. It waits for its subscription, and
 * then for the elements for which it has asked: the time that it takes itself is not the
 * partner's.
 */
final class Patience {

	private final LongSupplier clock;

	private final long nanos;

	private final AtomicLong demand = new AtomicLong(1);

	// written before the demand: whoever sees that sees no older time
	private volatile long sinceNanos;

	Patience(LongSupplier clock, long nanos) {
		this.clock = clock;
		this.nanos = nanos;
		this.sinceNanos = clock.getAsLong();
	}

	/** The subscriber asks for elements. */
	void asked(long elements) {
		if (this.demand.get() == 0) {
			this.sinceNanos = this.clock.getAsLong();
		}
		this.demand.accumulateAndGet(elements,
				(before, more) -> (before > Long.MAX_VALUE - more) ? Long.MAX_VALUE : before + more);
	}

	/** The subscription or an element has come. */
	void served() {
		this.sinceNanos = this.clock.getAsLong();
		this.demand.updateAndGet((before) -> (before == Long.MAX_VALUE) ? before : Math.max(0, before - 1));
	}

	/**
	 * When to look again.
	 * @return nanoseconds, not positive if the time is over
	 */
	long leftNanos() {
		return (this.demand.get() == 0) ? this.nanos : this.sinceNanos + this.nanos - this.clock.getAsLong();
	}

}
