package dev.resilience.autoconfigure;

import javax.sql.DataSource;

import dev.resilience.diagnosis.Load;
import org.jspecify.annotations.Nullable;

/**
 * Reads how much of a connection pool is in use.
 */
@FunctionalInterface
interface PoolReader {

	/** The connections, {@code null} if there is no pool that tells. */
	@Nullable Load read(DataSource dataSource);

}
