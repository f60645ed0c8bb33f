package dev.resilience;

import java.util.Optional;

/**
 * The guarded call in which the current thread finds itself.
 */
public interface DependencyCall {

	/**
	 * The guarded call of the current thread; of nested ones the innermost.
	 * @return the call, empty outside a guarded call
	 */
	static Optional<DependencyCall> current() {
		return Optional.ofNullable(DependencyCallHolder.get());
	}

	/**
	 * The dependency that is called.
	 * @return its name
	 */
	String name();

	/**
	 * The operation that is called.
	 * @return the method as {@code com.acme.PaymentClient.charge}, or the name of the
	 * dependency for programmatic calls
	 */
	String operation();

	/**
	 * Which attempt this is.
	 * @return the number of the attempt, from 1
	 */
	int attempt();

	/**
	 * A key that is the same over all attempts of this call and different for every other
	 * call, for partners that recognise repetitions.
	 * @return the key
	 */
	String idempotencyKey();

	/**
	 * When this call has to be over.
	 * @return the deadline of the whole call
	 */
	Deadline deadline();

	/**
	 * Tells the guard that a request is about to leave within the current attempt. An
	 * attempt that has sent something is repeated only if that is safe. Called by the
	 * starter's HTTP client interceptors; of use to those who write their own clients.
	 */
	void requestStarted();

	/**
	 * Takes back {@link #requestStarted()}: no connection came about.
	 */
	void requestNotSent();

}
