package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * Carries a call through its attempts. The decisions are the same everywhere; how one
 * waits differs.
 */
interface Execution {

	@Nullable Object execute(Operation operation, Work work) throws Throwable;

}
