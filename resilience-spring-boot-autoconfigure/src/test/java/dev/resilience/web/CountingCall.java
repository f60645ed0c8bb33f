package dev.resilience.web;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A guarded call that counts the requests that left, and those that were announced.
 */
final class CountingCall implements DependencyCall {

	private final AtomicInteger announced = new AtomicInteger();

	private final AtomicInteger left = new AtomicInteger();

	private boolean keys;

	private Deadline deadline = new Deadline(1, () -> 0);

	int announced() {
		return this.announced.get();
	}

	int left() {
		return this.left.get();
	}

	CountingCall withKeys() {
		this.keys = true;
		return this;
	}

	CountingCall withLeft(Duration left) {
		long now = System.nanoTime();
		this.deadline = new Deadline(now + left.toNanos(), () -> now);
		return this;
	}

	@Override
	public Optional<Duration> lastGoodAge() {
		return Optional.empty();
	}

	@Override
	public @Nullable String requestStarted() {
		if (this.deadline.isExpired()) {
			throw new DependencyTimeoutException(name(), operation(), Duration.ofSeconds(1), null);
		}
		this.left.incrementAndGet();
		int ordinal = this.announced.incrementAndGet();
		return this.keys ? idempotencyKey() + "-" + ordinal : null;
	}

	@Override
	public void requestNotSent() {
		this.left.decrementAndGet();
	}

	@Override
	public String name() {
		return "payments";
	}

	@Override
	public String operation() {
		return "charge";
	}

	@Override
	public int attempt() {
		return 1;
	}

	@Override
	public String idempotencyKey() {
		return "key";
	}

	@Override
	public Deadline deadline() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Deadline attemptDeadline() {
		return this.deadline;
	}

}
