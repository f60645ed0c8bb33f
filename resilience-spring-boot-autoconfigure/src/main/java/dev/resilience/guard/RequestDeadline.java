package dev.resilience.guard;

import dev.resilience.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * Knows when the caller of the present request gives up.
 */
@FunctionalInterface
public interface RequestDeadline {

	/** Callers do not tell. */
	RequestDeadline NONE = () -> null;

	/**
	 * The deadline of the request that the current thread serves.
	 * @return the deadline, {@code null} if there is no request, or its caller did not
	 * tell
	 */
	@Nullable Deadline current();

}
