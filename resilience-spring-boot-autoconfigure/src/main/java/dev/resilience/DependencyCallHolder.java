package dev.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Holds the guarded call of the current thread. Applications read it through
 * {@link DependencyCall#current()}; only the guard writes it.
 */
public final class DependencyCallHolder {

	private static final ThreadLocal<@Nullable DependencyCall> CURRENT = new ThreadLocal<>();

	private DependencyCallHolder() {
	}

	/**
	 * The guarded call of the current thread.
	 * @return the call, {@code null} outside a guarded call
	 */
	public static @Nullable DependencyCall get() {
		return CURRENT.get();
	}

	/**
	 * Enter a call, or return to the surrounding one.
	 * @param call the call; {@code null} for none
	 */
	public static void set(@Nullable DependencyCall call) {
		// not removed when empty: the entry would be made anew for each call
		CURRENT.set(call);
	}

}
