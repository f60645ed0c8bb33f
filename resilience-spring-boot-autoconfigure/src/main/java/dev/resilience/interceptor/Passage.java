package dev.resilience.interceptor;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * What a thread is about to do, or does: a call that is guarded already and leads into a
 * woven method.
 *
 * @param calls where it is guarded
 * @param target the object on which the method is called
 * @param method the method
 * @param entered whether the method runs: what it calls then has to be guarded again
 */
record Passage(WovenCalls calls, Object target, Method method, boolean entered) {

	private static final ThreadLocal<@Nullable Passage> CURRENT = new ThreadLocal<>();

	static @Nullable Passage current() {
		return CURRENT.get();
	}

	boolean leadsTo(Object target, Method method) {
		return !this.entered && this.target == target && this.method.equals(method);
	}

	/** Runs what is guarded, so that it finds this passage. */
	@Nullable Object through(Callee callee) throws Throwable {
		Passage before = CURRENT.get();
		CURRENT.set(this);
		try {
			return callee.proceed();
		}
		finally {
			if (before != null) {
				CURRENT.set(before);
			}
			else {
				CURRENT.remove();
			}
		}
	}

	/**
	 * Runs the method itself. It may be entered again, by another advice that repeats it.
	 */
	@Nullable Object enter(Callee body) throws Throwable {
		return new Passage(this.calls, this.target, this.method, true).through(body);
	}

	/**
	 * What is called.
	 */
	interface Callee {

		@Nullable Object proceed() throws Throwable;

	}

}
