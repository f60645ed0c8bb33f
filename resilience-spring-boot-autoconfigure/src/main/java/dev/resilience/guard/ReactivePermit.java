package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.guard.ReactiveExecution.Refused;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The permits of one reactive attempt: waited for without a thread, and given back in
 * whatever way the attempt ends.
 */
final class ReactivePermit {

	private static final int OPEN = 0;

	private static final int HELD = 1;

	private static final int ADMITTING = 2;

	private static final int ADMITTED = 3;

	private static final int CLOSED = 4;

	private final Call call;

	private final Guard guard;

	private final AtomicInteger state = new AtomicInteger(OPEN);

	private volatile boolean waited;

	ReactivePermit(Call call) {
		this.call = call;
		this.guard = call.guard();
	}

	Mono<Void> acquire() {
		Bulkhead bulkhead = this.guard.bulkhead();
		if (bulkhead.tryAcquire()) {
			granted();
			return Mono.defer(this::admit);
		}
		long wait = Math.min(this.guard.policy().bulkhead().maxWait().toNanos(),
				this.call.deadlineNanos - this.call.attemptNanos);
		if (wait <= 0) {
			return Mono.error(new Refused(Refusal.BULKHEAD_FULL));
		}
		this.waited = true;
		return Mono.<Void>create((sink) -> {
			Bulkhead.Waiter waiter = bulkhead.await(() -> {
				granted();
				sink.success();
			});
			sink.onDispose(waiter::cancel);
		})
			.publishOn(Schedulers.parallel())
			.timeout(Duration.ofNanos(wait), Mono.error(new Refused(Refusal.BULKHEAD_FULL)))
			.then(Mono.defer(this::admit));
	}

	/** Whether the attempt goes on on another thread. */
	boolean hasWaited() {
		return this.waited;
	}

	private Mono<Void> admit() {
		CompletableFuture<Boolean> token = this.guard.admission().acquireToken(this.call);
		if (token.isDone()) {
			return admit(token.join());
		}
		this.waited = true;
		return Mono.fromFuture(token)
			.publishOn(Schedulers.parallel())
			.doOnDiscard(Boolean.class, this::giveBack)
			.flatMap((granted) -> {
				this.call.waited();
				return admit(granted);
			});
	}

	private Mono<Void> admit(boolean token) {
		if (!this.state.compareAndSet(HELD, ADMITTING)) {
			giveBack(token);
			return Mono.never(); // cancelled
		}
		Refusal refusal = this.guard.admission().admitWithinBulkhead(this.call, token);
		if (refusal != null) {
			this.state.set(CLOSED); // given back already
			return Mono.error(new Refused(refusal));
		}
		if (!this.state.compareAndSet(ADMITTING, ADMITTED)) {
			// cancelled meanwhile
			leave(true);
			return Mono.never();
		}
		return Mono.empty();
	}

	private void giveBack(boolean token) {
		if (token) {
			this.guard.admission().giveBackToken();
		}
	}

	private void granted() {
		if (!this.state.compareAndSet(OPEN, HELD)) {
			this.guard.bulkhead().release();
		}
	}

	/** The attempt has ended. */
	void end() {
		close(false);
	}

	/** The attempt was given up by its caller. */
	void cancel() {
		close(true);
	}

	private void close(boolean cancelled) {
		int before = this.state.getAndSet(CLOSED);
		if (before == HELD || before == ADMITTED) {
			leave(cancelled && before == ADMITTED);
		}
	}

	private void leave(boolean cancelled) {
		this.guard.bulkhead().release();
		if (cancelled) {
			this.guard.admission().attemptCancelled(this.call, this.guard.now());
		}
	}

}
