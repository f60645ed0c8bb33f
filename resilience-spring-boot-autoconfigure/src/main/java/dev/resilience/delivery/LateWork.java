package dev.resilience.delivery;

import java.util.function.Supplier;

import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

/**
 * A stored call whose bean is looked for within the attempt: if that fails, the attempt
 * has failed.
 */
final class LateWork implements Work {

	private final Supplier<Work> work;

	private final String idempotencyKey;

	LateWork(Supplier<Work> work, String idempotencyKey) {
		this.work = work;
		this.idempotencyKey = idempotencyKey;
	}

	@Override
	public @Nullable Object attempt(boolean last) throws Throwable {
		return this.work.get().attempt(true);
	}

	@Override
	public String idempotencyKey() {
		return this.idempotencyKey;
	}

}
