package dev.resilience.guard;

/**
 * Delivers durable calls.
 */
public interface Deliveries {

	/**
	 * Check whether calls can be stored, and understood when they are read again.
	 * @param calls the calls of an operation
	 * @throws InvalidDeliveryException if they cannot
	 */
	void check(DurableCalls calls);

	/**
	 * Where the calls of an operation are stored.
	 * @param calls the calls of the operation, which were checked
	 * @return their store
	 */
	CallStore store(DurableCalls calls);

	/**
	 * Begin to deliver the stored calls of an operation. What was said of it before no
	 * longer holds.
	 * @param calls its calls
	 * @param operation makes the attempts
	 */
	void deliver(DurableCalls calls, Operation operation);

	/**
	 * All operations of this instance are known: calls of others are nobody's, unless
	 * another instance knows them.
	 */
	void allKnown();

}
