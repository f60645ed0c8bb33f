package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call that stands in line for a token of a shared rate limit. It is decided once: by
 * the answer of the store, or by this instance when there is none in time.
 */
final class Turn extends CompletableFuture<Boolean> {

	final long endNanos;

	private final AtomicBoolean decided = new AtomicBoolean();

	/**
	 * Create a turn.
	 * @param endNanos when the call has to be over
	 */
	Turn(long endNanos) {
		this.endNanos = endNanos;
	}

	/**
	 * Decide it now.
	 * @return {@code false} if it was decided before
	 */
	boolean decide() {
		return this.decided.compareAndSet(false, true);
	}

	/**
	 * Decide it by a token, which may come later.
	 * @param limit takes the token back if nobody wants it any more
	 */
	void decideBy(RateLimit limit, CompletableFuture<Boolean> token) {
		token.whenComplete((granted, cancelled) -> {
			if (cancelled == null && !complete(granted) && granted) {
				limit.giveBack();
			}
		});
		whenComplete((granted, cancelled) -> token.cancel(false));
	}

}
