package dev.resilience.guard;

import java.util.function.UnaryOperator;

/**
 * Carries the context of the current thread (MDC, security, locale, …) to another one.
 */
@FunctionalInterface
public interface ContextCarrier {

	/** Carries nothing. */
	ContextCarrier NONE = (outlivesRequest) -> UnaryOperator.identity();

	/**
	 * Capture the context of the current thread.
	 * @param outlivesRequest whether the work may go on after the present request, whose
	 * attributes are then left behind
	 * @return wraps work so that it runs within the captured context
	 */
	UnaryOperator<Runnable> capture(boolean outlivesRequest);

	/**
	 * Capture the context of the current thread and that of a subscriber, whose values
	 * win.
	 * @param subscriber a Reactor {@code ContextView}
	 * @return wraps work so that it runs within the captured context
	 */
	default UnaryOperator<Runnable> captureFor(Object subscriber) {
		return capture(false);
	}

}
