package dev.resilience.guard;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.jdbc.PrimaryKeyMapper;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.postgresql.Bucket4jPostgreSQL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rate limits shared through PostgreSQL: a row for each dependency, locked while it is
 * changed, in a connection and a transaction of its own. A row lock needs one statement
 * less than an advisory lock, whose number could be one that the application uses.
 */
public final class PostgresBuckets extends SharedBuckets {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final String TABLE = "resilience_rate_limit";

	private static final String CREATE_TABLE = "create table if not exists " + TABLE
			+ " (id text primary key, state bytea)";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	// a network that swallows everything must not keep a thread for ever
	private static final Duration LONGEST_SILENCE = Duration.ofSeconds(3);

	private static final Duration STARTUP_PATIENCE = Duration.ofSeconds(3);

	private final String application;

	private final DataSource connections;

	private final ProxyManager<String> buckets;

	private final CompletableFuture<@Nullable String> problem;

	/**
	 * Create the store.
	 * @param application the name that the instances have in common
	 * @param dataSource the application's DataSource
	 * @param timeout how long an answer may take
	 * @param workers asks it
	 */
	public PostgresBuckets(String application, DataSource dataSource, Duration timeout, Executor workers) {
		this.application = application;
		this.connections = BorrowedConnections.of(dataSource, LONGEST_SILENCE);
		this.buckets = Bucket4jPostgreSQL.selectForUpdateBasedBuilder(this.connections)
			.table(TABLE)
			.primaryKeyMapper(PrimaryKeyMapper.STRING)
			.requestTimeout(timeout)
			.build();
		// a database that is down must not stop the application
		this.problem = CompletableFuture.supplyAsync(this::prepare, workers)
			.completeOnTimeout(null, STARTUP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((ex) -> null);
	}

	@Override
	@Nullable String problem() {
		return this.problem.join();
	}

	@Override
	Bucket open(String dependency, BucketConfiguration limit) {
		String problem = prepare();
		if (problem != null) {
			throw new IllegalStateException("It can be " + problem);
		}
		return open(this.buckets, this.application + "/" + dependency, dependency, limit);
	}

	// the product is asked for and not told from the URL, which may be that of a wrapper
	private @Nullable String prepare() {
		try (Connection connection = this.connections.getConnection()) {
			String product = connection.getMetaData().getDatabaseProductName();
			if (!"PostgreSQL".equals(product)) {
				return "true only with PostgreSQL or Redis, while the application's DataSource is for " + product;
			}
			connection.setAutoCommit(true);
			return hasTable(connection) ? null : createTable(connection);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	private static @Nullable String createTable(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(CREATE_TABLE);
			logger.info("Created the table {} for shared rate limits", TABLE);
			return null;
		}
		catch (SQLException ex) {
			// "if not exists" does not help against another instance at the same moment
			if (hasTable(connection)) {
				return null;
			}
			if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				return "true only when there is a table %s, which the application's database user must not create: %s"
					.formatted(TABLE, CREATE_TABLE);
			}
			throw ex;
		}
	}

	private static boolean hasTable(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("select to_regclass('" + TABLE + "') is not null")) {
			return result.next() && result.getBoolean(1);
		}
	}

}
