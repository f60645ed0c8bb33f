package dev.resilience.interceptor.inherited;

/**
 * A fallback in another package than the class of the bean.
 */
public class HiddenFallback {

	void none() {
	}

}
