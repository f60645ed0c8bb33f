package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;

/**
 * Bounds how many calls are sent to a dependency in a time.
 */
interface RateLimit {

	/** A token that is there. */
	CompletableFuture<Boolean> GRANTED = CompletableFuture.completedFuture(true);

	/** A token that does not come in time. */
	CompletableFuture<Boolean> REFUSED = CompletableFuture.completedFuture(false);

	/**
	 * Take a token for an attempt. No thread waits for it; who gives up waiting cancels
	 * the future, which gives the token back.
	 * @param leftNanos how long the call may still take
	 * @return completes with whether there is a token for the attempt, and never with a
	 * failure
	 */
	CompletableFuture<Boolean> acquire(long leftNanos);

	/** A token was granted and will not be used. */
	void giveBack();

}
