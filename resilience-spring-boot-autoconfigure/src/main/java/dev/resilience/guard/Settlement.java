package dev.resilience.guard;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * Settles an attempt once: by its end, by a caller who gives up, or by its timeout, which
 * is cancelled by the others.
 */
final class Settlement {

	private final AtomicBoolean settled = new AtomicBoolean();

	private volatile @Nullable Future<?> timeout;

	/**
	 * Settle it.
	 * @return {@code false} if it was settled before
	 */
	boolean settle() {
		boolean first = this.settled.compareAndSet(false, true);
		if (first) {
			cancelTimeout();
		}
		return first;
	}

	boolean isSettled() {
		return this.settled.get();
	}

	/** Its timeout runs now, in place of an earlier one. */
	void timeout(@Nullable Future<?> timeout) {
		this.timeout = timeout;
		if (isSettled()) {
			cancelTimeout();
		}
	}

	private void cancelTimeout() {
		Future<?> timeout = this.timeout;
		if (timeout != null) {
			timeout.cancel(false);
		}
	}

}
