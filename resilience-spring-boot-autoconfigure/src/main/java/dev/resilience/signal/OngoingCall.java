package dev.resilience.signal;

/**
 * A guarded call as the code within it sees it, maybe one of its attempts.
 */
public interface OngoingCall {

	/**
	 * What the listeners will be told of when it ends.
	 * @return always the same instance for all attempts of a call
	 */
	CallEvent call();

}
