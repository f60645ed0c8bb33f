package dev.resilience.delivery;

import java.nio.file.Path;
import java.sql.SQLException;

import javax.sql.DataSource;

import dev.resilience.guard.InvalidDeliveryException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * An H2 database in a file, for applications without a database of their own. It is no
 * DataSource itself, or others would take it for that of the application.
 */
public final class EmbeddedStore implements AutoCloseable {

	// commits are on the disk when they return; and no interrupt of a caller, who writes
	// through the same file as everybody, closes it for all
	private static final String URL = "jdbc:h2:async:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";

	// H2's DATABASE_ALREADY_OPEN_1
	private static final int IN_USE = 90020;

	private final EmbeddedConnections connections;

	private EmbeddedStore(EmbeddedConnections connections) {
		this.connections = connections;
	}

	/**
	 * Open the database, which is made if there is none.
	 * @param directory its directory
	 * @param classLoader which may know H2
	 * @return the store
	 * @throws InvalidDeliveryException if H2 is missing, or the database cannot be opened
	 */
	public static EmbeddedStore open(String directory, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("org.h2.jdbcx.JdbcConnectionPool", classLoader)) {
			throw new InvalidDeliveryException("the application has no DataSource, and no H2 to embed one",
					"Add com.h2database:h2, or a DataSource of PostgreSQL, MySQL or MariaDB.");
		}
		EmbeddedConnections connections = new EmbeddedConnections(
				URL.formatted(Path.of(directory).toAbsolutePath().resolve("deliveries")));
		try {
			connections.getConnection().close();
		}
		catch (SQLException ex) {
			connections.close();
			throw (ex.getErrorCode() == IN_USE) ? new InvalidDeliveryException(
					"another process uses the embedded database in the directory '%s'".formatted(directory),
					"Give each instance a 'resilience.delivery.directory' of its own, or all of them a database that they share.")
					: new InvalidDeliveryException(
							"the embedded database in the directory '%s' cannot be opened: %s".formatted(directory,
									ex.getMessage()),
							"See to the directory that 'resilience.delivery.directory' names.");
		}
		return new EmbeddedStore(connections);
	}

	/**
	 * Its connections.
	 * @return the data source
	 */
	public DataSource dataSource() {
		return this.connections;
	}

	@Override
	public void close() {
		this.connections.close();
	}

}
