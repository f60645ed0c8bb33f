package dev.resilience.guard;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Traces calls, where the application traces anything.
 */
public interface Tracing {

	/**
	 * What the current thread is tracing, as the parent of a call that begins elsewhere.
	 * @return the parent, {@code null} if there is none
	 */
	@Nullable Object current();

	/**
	 * The key under which a Reactor context has what is being traced.
	 * @return the key
	 */
	Object contextKey();

	/**
	 * Begin to trace a call.
	 * @param dependency the dependency that is called
	 * @param operation the operation
	 * @param type what the dependency is to the operation
	 * @param parent within which it is made, {@code null} if there is none
	 * @return the trace
	 */
	Trace start(String dependency, String operation, DependencyType type, @Nullable Object parent);

	/**
	 * The trace of one call.
	 */
	interface Trace {

		/**
		 * What a Reactor context has under the {@linkplain Tracing#contextKey() key}.
		 * @return the value, {@code null} to leave it as it is
		 */
		@Nullable Object contextValue();

		/**
		 * An attempt begins on the current thread, which traces it from now on.
		 * @param number the number of the attempt, from 1
		 * @return ends that, on the same thread
		 */
		Scope attempt(int number);

		/**
		 * The current thread traces what it does for the call besides its attempts.
		 * @return ends that, on the same thread
		 */
		Scope scope();

		/**
		 * An attempt has failed, or was not made.
		 * @param number the number of the attempt, from 1
		 * @param failure what kind of failure it is
		 */
		void failed(int number, FailureKind failure);

		/**
		 * The call has ended.
		 * @param outcome how; {@code null} if its caller has given it up
		 * @param failure what kind of failure it ended with
		 * @param exception the failure, {@code null} if there is none, or nobody has seen
		 * it
		 */
		void ended(@Nullable Outcome outcome, FailureKind failure, @Nullable Throwable exception);

	}

	/**
	 * The time in which a thread traces an attempt.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		/** Nothing is traced. */
		Scope NONE = () -> {
		};

		@Override
		void close();

	}

}
