package dev.resilience.delivery;

import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Has durable calls know how far the {@link Commit} of a transaction has come, and how it
 * has failed.
 */
public final class CommitListener implements TransactionExecutionListener {

	// weak: Spring does not tell of each end, as when another listener fails, or somebody
	// runs out of time before the commit
	private final Map<TransactionExecution, Commit> commits = Collections.synchronizedMap(new WeakHashMap<>());

	@Override
	public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
		// a nested one does not decide
		if (failure == null && transaction.isNewTransaction() && !transaction.isNested()
				&& transaction instanceof DefaultTransactionStatus status && status.isNewSynchronization()) {
			Commit commit = new Commit(connection(status));
			TransactionSynchronizationManager.registerSynchronization(commit);
			this.commits.put(transaction, commit);
		}
	}

	// that of JPA included
	private static @Nullable ConnectionHolder connection(DefaultTransactionStatus status) {
		return (status.getTransaction() instanceof JdbcTransactionObjectSupport object && object.hasConnectionHolder())
				? object.getConnectionHolder() : null;
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		Commit commit = this.commits.get(transaction);
		if (commit != null) {
			commit.begin();
		}
	}

	@Override
	public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
		end(transaction, failure);
	}

	@Override
	public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
		end(transaction, failure);
	}

	private void end(TransactionExecution transaction, @Nullable Throwable failure) {
		Commit commit = this.commits.remove(transaction);
		if (commit != null) {
			commit.end(isRefusal(failure));
		}
	}

	// Spring says of them that the outcome is unknown
	private static boolean isRefusal(@Nullable Throwable failure) {
		for (Throwable each = failure; each != null; each = each.getCause()) {
			if (each.getClass().getName().equals("jakarta.persistence.RollbackException")
					|| (each instanceof SQLException sql && isRefusal(String.valueOf(sql.getSQLState())))) {
				return true;
			}
		}
		return false;
	}

	// a constraint, or a rollback: but 40003 is the one that knows nothing
	private static boolean isRefusal(String state) {
		return state.startsWith("23") || (state.startsWith("40") && !state.equals("40003"));
	}

}
