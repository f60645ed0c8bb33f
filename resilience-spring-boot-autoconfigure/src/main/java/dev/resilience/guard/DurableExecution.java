package dev.resilience.guard;

import java.util.UUID;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import org.jspecify.annotations.Nullable;

/**
 * Stores each call before anything is attempted. Whoever {@linkplain Delivery delivers}
 * it later makes the attempts.
 */
final class DurableExecution implements Execution {

	private final CallStore store;

	DurableExecution(CallStore store) {
		this.store = store;
	}

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		DependencyCall outer = DependencyCallHolder.get();
		String key = operation.key(work, outer);
		if (outer instanceof EnclosingCall enclosing) {
			// its next attempt would store it once more
			enclosing.call().started(operation.policy().idempotencyKey());
		}
		this.store.accept(work.arguments(), (key != null) ? key : UUID.randomUUID().toString());
		return null;
	}

}
