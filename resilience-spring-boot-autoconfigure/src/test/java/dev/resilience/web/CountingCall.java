package dev.resilience.web;

import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;

/**
 * A guarded call that counts the requests that left, and those that were announced.
 */
final class CountingCall implements DependencyCall {

	private final AtomicInteger announced = new AtomicInteger();

	private final AtomicInteger left = new AtomicInteger();

	int announced() {
		return this.announced.get();
	}

	int left() {
		return this.left.get();
	}

	@Override
	public void requestStarted() {
		this.announced.incrementAndGet();
		this.left.incrementAndGet();
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

}
