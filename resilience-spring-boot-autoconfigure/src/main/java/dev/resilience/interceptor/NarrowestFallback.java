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
	public boolean serves(Work work, Failure failure) {
		return find(work, failure) != null;
	}

	@Override
	public @Nullable Object apply(Work work, Failure failure) throws Throwable {
		FallbackMethod method = find(work, failure);
		if (method == null) {
			throw failure.exception();
		}
		return method.apply(work, failure);
	}

	private @Nullable FallbackMethod find(Work work, Failure failure) {
		for (FallbackMethod method : this.methods) {
			if (method.serves(work, failure)) {
				return method;
			}
		}
		return null;
	}

}
