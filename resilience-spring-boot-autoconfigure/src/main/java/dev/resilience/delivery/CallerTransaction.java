package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction of the current thread.
 */
final class CallerTransaction extends DataSourceTransactionManager {

	private final DataSource store;

	CallerTransaction(DataSource store) {
		super(store);
		this.store = store;
	}

	/** Whether there is one. */
	static boolean isActive() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	/**
	 * Whether it is one of our database. A connection that is only bound to the thread,
	 * because somebody has read something, belongs to no transaction; that of JPA is
	 * bound without being synchronized.
	 */
	boolean isOfOurDatabase() {
		if (!(TransactionSynchronizationManager.getResource(this.store) instanceof ConnectionHolder holder)) {
			return false;
		}
		if (Commit.hasEnded(holder)) {
			// an outer one, to which nothing can be added any more
			return false;
		}
		try {
			return isExistingTransaction(doGetTransaction())
					|| (!holder.isSynchronizedWithTransaction() && !holder.getConnection().getAutoCommit());
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The connection of the transaction does not answer", ex);
		}
	}

	/** Whether a connection is the one that the thread has to our database. */
	boolean isOn(@Nullable ConnectionHolder connection) {
		return connection != null && TransactionSynchronizationManager.getResource(this.store) == connection;
	}

	/** Commit what was added after the commit. */
	void commitAddition() throws SQLException {
		Connection connection = uncommitted();
		if (connection != null) {
			connection.commit();
		}
	}

	/** Forget what was added after the commit. */
	void rollBackAddition() throws SQLException {
		Connection connection = uncommitted();
		if (connection != null) {
			connection.rollback();
		}
	}

	private @Nullable Connection uncommitted() throws SQLException {
		return (TransactionSynchronizationManager.getResource(this.store) instanceof ConnectionHolder holder
				&& !holder.getConnection().getAutoCommit()) ? holder.getConnection() : null;
	}

}
