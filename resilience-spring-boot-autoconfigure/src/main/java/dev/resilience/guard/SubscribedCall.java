package dev.resilience.guard;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A call that begins with a subscription: what surrounds it stands in the context of its
 * subscriber.
 */
final class SubscribedCall {

	private SubscribedCall() {
	}

	static Call begin(Operation operation, Work work, ContextView context) {
		Environment environment = operation.guard().environment();
		DependencyCall outer = context.getOrDefault(DependencyCall.class, DependencyCallHolder.get());
		Deadline request = context.getOrDefault(Deadline.class, environment.requestDeadline().current());
		Tracing tracing = environment.tracing();
		return operation.begin(work, outer, request, operation.key(work, outer),
				(tracing != null) ? context.getOrDefault(tracing.contextKey(), tracing.current()) : null);
	}

	/** What is traced of the call surrounds whatever it subscribes to. */
	static Context trace(Call call, Context context) {
		Tracing tracing = call.guard().environment().tracing();
		Object traced = call.traced();
		return (tracing != null && traced != null) ? context.put(tracing.contextKey(), traced) : context;
	}

}
