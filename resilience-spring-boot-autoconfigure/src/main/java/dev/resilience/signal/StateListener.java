package dev.resilience.signal;

/**
 * Is told what becomes of a dependency, and of none of its calls, which need not take the
 * way to it.
 */
public interface StateListener extends CallListener {

	@Override
	default void onCall(CallEvent event) {
	}

}
