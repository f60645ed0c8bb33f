package dev.resilience.delivery;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.task.Execution;
import org.jspecify.annotations.Nullable;

/**
 * Which calls are due: only those of one dependency, none while it is not to be called,
 * and of calls with the same key the first one.
 */
final class DueCalls implements JdbcCustomization {

	private static final String FIRST_OF_ITS_KEY = " and (order_key is null or not exists (select 1 from "
			+ DeliveryStore.TABLE + " earlier where earlier.order_key = " + DeliveryStore.TABLE
			+ ".order_key and (earlier.order_position < " + DeliveryStore.TABLE
			+ ".order_position or earlier.picked = true)))";

	private final JdbcCustomization dialect;

	private final String dependency;

	private final Supplier<Collection<String>> operations;

	/**
	 * Create the condition.
	 * @param dependency whose calls are wanted
	 * @param operations of the dependency, those that may be attempted at the moment
	 */
	DueCalls(JdbcCustomization dialect, String dependency, Supplier<Collection<String>> operations) {
		this.dialect = dialect;
		this.dependency = dependency;
		this.operations = operations;
	}

	// the order is that of the index, so that a large backlog is not read as a whole
	private String select(String table, int limit, String condition) {
		return "select * from " + table + " where picked = ? and execution_time <= ? and dependency = "
				+ Sql.text(this.dependency) + " and operation in " + Sql.list(this.operations.get()) + FIRST_OF_ITS_KEY
				+ " " + condition + " order by dependency, execution_time limit " + limit;
	}

	@Override
	public String createSelectDueQuery(String table, int limit, String condition, boolean orderByPriority) {
		return select(table, limit, condition);
	}

	@Override
	public String createGenericSelectForUpdateQuery(String table, int limit, String condition,
			boolean orderByPriority) {
		return select(table, limit, condition) + " for update skip locked";
	}

	@Override
	public String getName() {
		return this.dialect.getName();
	}

	@Override
	public void setInstant(PreparedStatement statement, int index, @Nullable Instant value) throws SQLException {
		this.dialect.setInstant(statement, index, value);
	}

	@Override
	public @Nullable Instant getInstant(ResultSet row, String column) throws SQLException {
		return this.dialect.getInstant(row, column);
	}

	@Override
	public void setTaskData(PreparedStatement statement, int index, byte[] value) throws SQLException {
		this.dialect.setTaskData(statement, index, value);
	}

	@Override
	public byte[] getTaskData(ResultSet row, String column) throws SQLException {
		return this.dialect.getTaskData(row, column);
	}

	@Override
	public boolean supportsExplicitQueryLimitPart() {
		return this.dialect.supportsExplicitQueryLimitPart();
	}

	@Override
	public String getQueryLimitPart(int limit) {
		return this.dialect.getQueryLimitPart(limit);
	}

	@Override
	public boolean supportsSingleStatementLockAndFetch() {
		return this.dialect.supportsSingleStatementLockAndFetch();
	}

	@Override
	public List<Execution> lockAndFetchSingleStatement(JdbcTaskRepositoryContext context, Instant now, int limit,
			boolean orderByPriority) {
		return this.dialect.lockAndFetchSingleStatement(context, now, limit, orderByPriority);
	}

	@Override
	public boolean supportsGenericLockAndFetch() {
		return this.dialect.supportsGenericLockAndFetch();
	}

}
