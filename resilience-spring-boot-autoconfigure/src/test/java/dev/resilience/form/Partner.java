package dev.resilience.form;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.publisher.Flux;

/**
 * The partner of a client: ends its calls as it is told to.
 */
final class Partner {

	private static final long LONG_SECONDS = 20;

	final RuntimeException failure = new IllegalStateException("broken");

	/** A call has come that does not end by itself. */
	final CountDownLatch reached = new CountDownLatch(1);

	/** Somebody has tried to stop it. */
	final CountDownLatch interrupted = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final Queue<CompletableFuture<Object>> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicInteger attempts = new AtomicInteger();

	private volatile Ending ending = Ending.SUCCESS;

	/** From now on calls end in this way, and are counted from 0. */
	void tell(Ending ending) {
		this.ending = ending;
		this.attempts.set(0);
	}

	int attempts() {
		return this.attempts.get();
	}

	<T> T now(T value) throws InterruptedException {
		return switch (next()) {
			case EXCEPTION, CANCELLED_BETWEEN_ATTEMPTS -> throw this.failure;
			case TIMEOUT, CANCELLED -> {
				this.reached.countDown();
				await(this.released);
				yield value;
			}
			case ABANDONED -> {
				insist();
				yield value;
			}
			default -> value;
		};
	}

	CompletableFuture<Object> later(Object value) {
		return switch (next()) {
			case EXCEPTION, CANCELLED_BETWEEN_ATTEMPTS -> CompletableFuture.failedFuture(this.failure);
			case TIMEOUT, CANCELLED -> pending(new CompletableFuture<>());
			case ABANDONED -> pending(new Insistent());
			default -> CompletableFuture.completedFuture(value);
		};
	}

	Flux<Object> stream(Object value) {
		return switch (next()) {
			case EXCEPTION, CANCELLED_BETWEEN_ATTEMPTS -> Flux.error(this.failure);
			case TIMEOUT, CANCELLED -> Flux.never().doOnSubscribe((subscription) -> this.reached.countDown());
			case STALLED -> Flux.just(value).concatWith(Flux.never());
			default -> Flux.just(value);
		};
	}

	/** A call that takes a place until it is released. */
	CompletableFuture<Object> pending() {
		return pending(new CompletableFuture<>());
	}

	private CompletableFuture<Object> pending(CompletableFuture<Object> future) {
		this.waiting.add(future);
		this.reached.countDown();
		return future;
	}

	/** All calls that go on end now. */
	void release() {
		this.released.countDown();
		this.waiting.forEach((each) -> each.complete("late"));
	}

	private Ending next() {
		int attempt = this.attempts.incrementAndGet();
		if (this.ending == Ending.REPEATED) {
			return (attempt < 3) ? Ending.EXCEPTION : Ending.SUCCESS;
		}
		return this.ending;
	}

	// as a read from a socket does
	private void insist() {
		this.reached.countDown();
		while (this.released.getCount() > 0) {
			try {
				await(this.released);
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
			}
		}
	}

	static void await(CountDownLatch latch) throws InterruptedException {
		if (!latch.await(LONG_SECONDS, TimeUnit.SECONDS)) {
			throw new IllegalStateException("Nobody has come");
		}
	}

	/** Cannot be cancelled. */
	private final class Insistent extends CompletableFuture<Object> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			Partner.this.interrupted.countDown();
			return false;
		}

	}

}
