package dev.resilience.registry;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;

/**
 * A dependency with its operations.
 */
final class LiveDependency {

	private final Guard guard;

	private final List<Operation> operations = new CopyOnWriteArrayList<>();

	private volatile boolean unguarded;

	LiveDependency(Guard guard) {
		this.guard = guard;
	}

	Guard guard() {
		return this.guard;
	}

	List<Operation> operations() {
		return this.operations;
	}

	/** Whether its annotated methods cannot be intercepted. */
	boolean isUnguarded() {
		return this.unguarded;
	}

	void markUnguarded() {
		this.unguarded = true;
	}

}
