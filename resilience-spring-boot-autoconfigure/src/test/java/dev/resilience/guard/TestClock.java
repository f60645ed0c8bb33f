package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock that moves when it is told to.
 */
final class TestClock implements LongSupplier {

	// close to the overflow, as System.nanoTime may be
	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(5).toNanos());

	@Override
	public long getAsLong() {
		return this.nanos.get();
	}

	long advance(Duration time) {
		return this.nanos.addAndGet(time.toNanos());
	}

}
