package dev.resilience.guard;

import java.util.function.Predicate;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Makes the call that a durable operation has stored. Nobody waits for it: it has no way
 * out but to be tried again later.
 */
final class Delivery {

	private Delivery() {
	}

	/**
	 * Deliver a call, on this thread.
	 * @param again whether it will be tried again after a failure
	 * @return how it failed, {@code null} if the partner has it
	 */
	static @Nullable Failure deliver(Operation operation, Work work, Predicate<Failure> again) {
		Call call = operation.begin(work, null, null, work.idempotencyKey(), null);
		DependencyCall before = DependencyCallHolder.get();
		DependencyCallHolder.set(call);
		try {
			BlockingExecution.attempts(call);
		}
		finally {
			DependencyCallHolder.set(before);
		}
		Failure failure = call.failure;
		if (failure == null || failure.isAnswer()) {
			Conclusion.success(call);
			return null;
		}
		if (failure.isInterrupted()) {
			Conclusion.cancelled(call);
		}
		else {
			Conclusion.publish(call, again.test(failure) ? Outcome.DEFERRED : Outcome.FAILURE);
		}
		return failure;
	}

}
