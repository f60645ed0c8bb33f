package dev.resilience.guard;

import dev.resilience.DependencyCall;
import dev.resilience.signal.OngoingCall;

/**
 * A guarded call as the code within one of its attempts sees it.
 */
interface EnclosingCall extends DependencyCall, OngoingCall {

	@Override
	Call call();

	/** The moment by which the attempt has to be over. */
	long attemptDeadlineNanos();

}
