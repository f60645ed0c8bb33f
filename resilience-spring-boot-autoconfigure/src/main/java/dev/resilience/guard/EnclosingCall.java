package dev.resilience.guard;

import dev.resilience.DependencyCall;

/**
 * A guarded call as the code within one of its attempts sees it.
 */
interface EnclosingCall extends DependencyCall {

	Call call();

	/** The moment by which the attempt has to be over. */
	long attemptDeadlineNanos();

}
