package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.guard.Failure;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

/**
 * Of a fallback's overloads the one with the narrowest matching exception.
 *
 * @param methods the overloads, the narrowest first
 */
record NarrowestFallback(List<FallbackMethod> methods) implements WayOut {

	@Override
	public @Nullable Object apply(Work work, Failure failure) throws Throwable {
		for (FallbackMethod method : this.methods) {
			if (method.serves(failure)) {
				return method.call(work, failure);
			}
		}
		return NOTHING;
	}

}
