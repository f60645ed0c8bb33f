package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Talks to the database in which calls are stored, in transactions of its own.
 */
final class Sql {

	// a store that hangs must not keep its threads for ever
	private static final int TIMEOUT_SECONDS = 30;

	private final DataSource dataSource;

	private final JdbcTemplate callers;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transactions;

	private final JdbcCustomization dialect;

	Sql(DataSource dataSource, JdbcCustomization dialect) {
		this.dataSource = target(dataSource);
		this.callers = new JdbcTemplate(this.dataSource);
		// a transaction of ours would take the connection of JPA's, and commit it
		DataSource own = new DelegatingDataSource(this.dataSource);
		this.jdbc = new JdbcTemplate(own);
		this.transactions = new TransactionTemplate(new JdbcTransactionManager(own));
		this.transactions.setTimeout(TIMEOUT_SECONDS);
		this.dialect = dialect;
	}

	// Spring's transactions are those of what is behind such a proxy
	private static DataSource target(DataSource dataSource) {
		return (dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null)
				? proxy.getTargetDataSource() : dataSource;
	}

	/** That to which connections and transactions belong. */
	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcTemplate jdbc() {
		return this.jdbc;
	}

	/** On the connection of the caller's transaction. */
	JdbcTemplate callers() {
		return this.callers;
	}

	<T> T inTransaction(Function<TransactionStatus, T> work) {
		return Objects.requireNonNull(this.transactions.execute(work::apply));
	}

	/** Change rows, in the present transaction of ours or in one of their own. */
	int update(String sql, @Nullable Object... arguments) {
		return inTransaction((status) -> this.jdbc.update(sql, setter(arguments)));
	}

	/**
	 * Change rows at once, whatever transaction there is: one trip to the database, where
	 * a transaction of its own takes two.
	 */
	int updateAtOnce(String sql, @Nullable Object... arguments) {
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement(sql)) {
			setter(arguments).setValues(statement);
			int rows = statement.executeUpdate();
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return rows;
		}
		catch (SQLException ex) {
			DataAccessException translated = this.jdbc.getExceptionTranslator().translate("Change rows", sql, ex);
			throw (translated != null) ? translated : new UncategorizedSQLException("Change rows", sql, ex);
		}
	}

	<T> List<T> query(String sql, RowMapper<T> mapper, @Nullable Object... arguments) {
		return inTransaction((status) -> this.jdbc.query(sql, setter(arguments), mapper));
	}

	PreparedStatementSetter setter(@Nullable Object... arguments) {
		return (statement) -> {
			for (int i = 0; i < arguments.length; i++) {
				Object argument = arguments[i];
				if (argument instanceof Instant instant) {
					this.dialect.setInstant(statement, i + 1, instant);
				}
				else if (argument == null) {
					// of whatever type the column has
					statement.setNull(i + 1, Types.NULL);
				}
				else {
					statement.setObject(i + 1, argument);
				}
			}
		};
	}

	@Nullable Instant instant(ResultSet row, String column) throws SQLException {
		return this.dialect.getInstant(row, column);
	}

	/** A list of texts, in parentheses; an empty one matches nothing. */
	static String list(Collection<String> texts) {
		return texts.isEmpty() ? "(null)" : texts.stream().map(Sql::text).collect(Collectors.joining(", ", "(", ")"));
	}

	static String text(String text) {
		return "'" + text.replace("'", "''") + "'";
	}

}
