package dev.resilience.registry;

import org.jspecify.annotations.Nullable;

/**
 * What waits for its delivery.
 */
@FunctionalInterface
public interface DurableBacklogs {

	/** Nothing is durable. */
	DurableBacklogs NONE = (dependency) -> null;

	/**
	 * The durable calls of a dependency that are stored now, in the view of all instances
	 * that share the store. May be some moments old, because it waits for no store.
	 * @param dependency its name
	 * @return the backlog, {@code null} if the dependency has no durable operation
	 */
	@Nullable DurableBacklog of(String dependency);

}
