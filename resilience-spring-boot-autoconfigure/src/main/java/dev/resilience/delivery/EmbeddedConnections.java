package dev.resilience.delivery;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

import org.h2.jdbcx.JdbcConnectionPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * The connections to an H2 database in a file. If the database had to give up, because
 * its disk was full for example, it is opened anew.
 */
final class EmbeddedConnections extends AbstractDataSource implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	// commits are on the disk when they return; and no interrupt of a caller, who writes
	// through the same file as everybody, closes it for all
	private static final String URL = "jdbc:h2:async:%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";

	/** Contexts of one process use a database together. */
	static final String SHARED = "";

	/** No other context has it; one connection at a time. */
	static final String ALONE = ";OPEN_NEW=TRUE";

	// more at once would be slower
	private static final int CONNECTIONS = 20;

	private final String url;

	private volatile JdbcConnectionPool pool;

	static EmbeddedConnections to(Path file, String options) {
		return new EmbeddedConnections(URL.formatted(file) + options);
	}

	private EmbeddedConnections(String url) {
		this.url = url;
		this.pool = newPool();
	}

	private JdbcConnectionPool newPool() {
		JdbcConnectionPool pool = JdbcConnectionPool.create(this.url, "sa", "");
		pool.setMaxConnections(CONNECTIONS);
		return pool;
	}

	@Override
	public Connection getConnection() throws SQLException {
		JdbcConnectionPool pool = this.pool;
		Connection connection = pool.getConnection();
		if (connection.isValid(0)) {
			return connection;
		}
		connection.close();
		return reopened(pool).getConnection();
	}

	private synchronized JdbcConnectionPool reopened(JdbcConnectionPool broken) {
		if (this.pool == broken) {
			logger.warn("The embedded database of durable calls has closed itself and is opened anew");
			broken.dispose();
			this.pool = newPool();
		}
		return this.pool;
	}

	@Override
	public Connection getConnection(String username, String password) {
		throw new UnsupportedOperationException("It has one user");
	}

	@Override
	public void close() {
		this.pool.dispose();
	}

}
