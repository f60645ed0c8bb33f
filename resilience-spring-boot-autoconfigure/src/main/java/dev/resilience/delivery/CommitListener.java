package dev.resilience.delivery;

import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells how far a transaction has come with its commit. While it commits, as when JPA
 * flushes, it may still fail; once it has, nothing can be added to it any more.
 */
public final class CommitListener implements TransactionExecutionListener {

	/** Whether nobody will be asked before the commit any more. */
	static boolean isCommitting() {
		return commit() != null;
	}

	/** Whether the current transaction has committed. */
	static boolean isCommitted() {
		Commit commit = commit();
		return commit != null && commit.done;
	}

	private static @Nullable Commit commit() {
		for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
			if (each instanceof Commit commit) {
				return commit;
			}
		}
		return null;
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		// a nested one does not decide
		if (transaction.isNewTransaction() && !transaction.isNested()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(new Commit());
			for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
				if (each instanceof HeldCall call) {
					// it was made while others prepared for the commit
					call.hold();
				}
			}
		}
	}

	/**
	 * Goes with its transaction when that is suspended or ends.
	 */
	private static final class Commit implements TransactionSynchronization {

		private boolean done;

		@Override
		public int getOrder() {
			// before those that make calls because of the commit
			return Ordered.HIGHEST_PRECEDENCE;
		}

		@Override
		public void afterCommit() {
			this.done = true;
		}

	}

}
