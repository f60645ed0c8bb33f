package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import dev.resilience.guard.Failure;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

/**
 * What succeeded of a call that failed partially, as a way out.
 *
 * @param method puts the results together
 */
record SucceededItems(ItemizedMethod method) implements WayOut {

	@Override
	public @Nullable Object apply(Work work, Failure failure) {
		// a refusal has no exception yet
		if (failure.kind() != FailureKind.REJECTED && failure.exception() instanceof PartialFailureException partial
				&& !partial.succeeded().isEmpty() && this.method.holds(partial.succeeded())) {
			return this.method.result(ItemizedMethod.items(work.arguments()), partial.succeeded(), List.of());
		}
		return NOTHING;
	}

}
