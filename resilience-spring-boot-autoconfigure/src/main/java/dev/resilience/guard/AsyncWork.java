package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * One attempt that ends on its own time.
 */
interface AsyncWork {

	/**
	 * Start the attempt; it tells its end itself.
	 * @throws Throwable if it could not be started: then it has ended with that
	 */
	void start() throws Throwable;

	/** Stop it if that is possible; it may not have been started yet. */
	void cancel();

	/**
	 * Prepares attempts.
	 */
	@FunctionalInterface
	interface Factory {

		AsyncWork prepare(Call call, Ended ended);

	}

	/**
	 * Is told when an attempt has really ended.
	 */
	@FunctionalInterface
	interface Ended {

		void ended(@Nullable Object value, @Nullable Throwable failure);

	}

}
