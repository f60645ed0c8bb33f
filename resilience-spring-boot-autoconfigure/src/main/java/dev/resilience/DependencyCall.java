package dev.resilience;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

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
	 * call, for partners that recognise repetitions: the argument that is annotated with
	 * {@link IdempotencyKey}, else a made-up one. That of a call within another guarded
	 * call follows from the other one's, whose next attempt makes the same call again.
	 * @return the key
	 */
	String idempotencyKey();

	/**
	 * When this call has to be over.
	 * @return the deadline of the whole call
	 */
	Deadline deadline();

	/**
	 * When the current attempt has to be over.
	 * @return the deadline of the attempt, that of the whole call at the latest
	 */
	Deadline attemptDeadline();

	/**
	 * How old the last good value is that would be served if this call failed now, for
	 * code that wants to save the partner a request. A cache of the application is asked,
	 * which may take up to 250 ms.
	 * @return the age, empty if there is no such value, or it is not kept
	 */
	Optional<Duration> lastGoodAge();

	/**
	 * Tells the guard that a request is about to leave within the current attempt. An
	 * attempt that has sent something is repeated only if that is safe. Called by the
	 * starter's HTTP client interceptors; of use to those who write their own clients.
	 * @return the value of the header {@code Idempotency-Key} that the request must
	 * carry: the same for the n-th request of each attempt. {@code null} if the
	 * dependency does not use keys
	 * @throws DependencyTimeoutException if the time of the attempt is up: the request
	 * must not be sent
	 */
	@Nullable String requestStarted();

	/**
	 * Takes back {@link #requestStarted()}: no connection came about.
	 */
	void requestNotSent();

}
