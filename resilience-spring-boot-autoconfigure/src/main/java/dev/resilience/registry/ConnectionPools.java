package dev.resilience.registry;

import dev.resilience.diagnosis.Load;
import dev.resilience.policy.DependencyPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Knows the connection pools of the dependencies that are databases.
 */
@FunctionalInterface
public interface ConnectionPools {

	/** There are none. */
	ConnectionPools NONE = (policy) -> null;

	/**
	 * How much of the connection pool of a dependency is in use.
	 * @param policy of the dependency
	 * @return the connections, {@code null} if it has no pool or that tells nothing
	 */
	@Nullable Load load(DependencyPolicy policy);

	/**
	 * Refuse a policy that names a pool which cannot be.
	 * @param policy of a dependency
	 * @throws dev.resilience.policy.InvalidSettingException if there is no such
	 * DataSource
	 */
	default void check(DependencyPolicy policy) {
	}

}
