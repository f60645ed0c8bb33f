package dev.resilience.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.policy.DependencyPolicy;
import org.jspecify.annotations.Nullable;

/**
 * A dependency with its operations.
 */
final class LiveDependency {

	private final Guard guard;

	// one for each way to hand in work; not on the map
	private final AtomicReferenceArray<@Nullable Operation> handedIn = new AtomicReferenceArray<>(
			HandedIn.values().length);

	private final ReentrantLock creation = new ReentrantLock();

	private volatile List<Operation> operations = List.of();

	private volatile boolean unguarded;

	LiveDependency(Guard guard) {
		this.guard = guard;
	}

	Guard guard() {
		return this.guard;
	}

	/**
	 * Prepare another policy, which may still turn out to be impossible.
	 * @return makes the change
	 */
	Runnable prepare(DependencyPolicy policy) {
		Runnable change = this.guard.prepare(policy);
		return () -> {
			change.run();
			forgetHandedIn();
		};
	}

	// those that are being made by the policy before must not stay
	private void forgetHandedIn() {
		this.creation.lock();
		try {
			for (HandedIn way : HandedIn.values()) {
				this.handedIn.set(way.ordinal(), null);
			}
		}
		finally {
			this.creation.unlock();
		}
	}

	/** The operation for one way to hand in work, made when it is first asked for. */
	Operation handedIn(HandedIn way, Supplier<Operation> create) {
		Operation known = this.handedIn.get(way.ordinal());
		return (known != null) ? known : createHandedIn(way, create);
	}

	private Operation createHandedIn(HandedIn way, Supplier<Operation> create) {
		this.creation.lock();
		try {
			return this.handedIn.updateAndGet(way.ordinal(), (known) -> (known != null) ? known : create.get());
		}
		finally {
			this.creation.unlock();
		}
	}

	List<Operation> operations() {
		return this.operations;
	}

	void show(List<Operation> operations) {
		this.operations = List.copyOf(operations);
	}

	void add(Operation operation) {
		List<Operation> operations = new ArrayList<>(this.operations);
		operations.add(operation);
		this.operations = List.copyOf(operations);
	}

	/** Whether its annotated methods cannot be intercepted. */
	boolean isUnguarded() {
		return this.unguarded;
	}

	void markUnguarded() {
		this.unguarded = true;
	}

}
