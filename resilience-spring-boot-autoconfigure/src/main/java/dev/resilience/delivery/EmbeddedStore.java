package dev.resilience.delivery;

import java.nio.file.Path;

import javax.sql.DataSource;

import dev.resilience.guard.InvalidDeliveryException;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * An H2 database in a file, for applications without a database of their own.
 *
 * @param pool its connections
 */
public record EmbeddedStore(JdbcConnectionPool pool) implements AutoCloseable {

	// more than deliver at once is slower, and accepting takes one
	private static final int CONNECTIONS = 20;

	// commits are on the disk when they return; and no interrupt of a caller, who writes
	// through the same file as everybody, closes it for all
	private static final String URL = "jdbc:h2:async:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";

	/**
	 * Open the database, which is made if there is none.
	 * @param directory its directory
	 * @param classLoader which may know H2
	 * @return the store
	 * @throws InvalidDeliveryException if H2 is missing
	 */
	public static EmbeddedStore open(String directory, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("org.h2.jdbcx.JdbcConnectionPool", classLoader)) {
			throw new InvalidDeliveryException("the application has no DataSource, and no H2 to embed one",
					"Add com.h2database:h2, or a DataSource of PostgreSQL, MySQL or MariaDB.");
		}
		return Embedded.open(directory);
	}

	/**
	 * Its connections.
	 * @return the data source
	 */
	public DataSource dataSource() {
		return this.pool;
	}

	@Override
	public void close() {
		this.pool.dispose();
	}

	// apart, because H2 may be absent
	private static final class Embedded {

		static EmbeddedStore open(String directory) {
			Path file = Path.of(directory).toAbsolutePath().resolve("deliveries");
			JdbcConnectionPool pool = JdbcConnectionPool.create(URL.formatted(file), "sa", "");
			pool.setMaxConnections(CONNECTIONS);
			return new EmbeddedStore(pool);
		}

	}

}
