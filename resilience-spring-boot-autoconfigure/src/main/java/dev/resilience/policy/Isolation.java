package dev.resilience.policy;

/**
 * On which thread a synchronous call runs.
 */
public enum Isolation {

	/**
	 * On the caller's thread if that is virtual or in a transaction, else on a worker.
	 */
	AUTO,

	/** On the caller's thread, which is interrupted at the deadline. */
	CALLER,

	/** On a worker: the caller is free at the deadline, whatever the call does. */
	THREAD

}
