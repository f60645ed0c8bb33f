package dev.resilience.delivery;

import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells when a transaction commits: what is accepted from then on cannot wait for the
 * commit any more.
 */
public final class CommitListener implements TransactionExecutionListener {

	// goes with the transaction when it is suspended or ends
	private static final TransactionSynchronization COMMITTING = new TransactionSynchronization() {
	};

	/** Whether the current transaction commits already, or has. */
	static boolean isCommitting() {
		return TransactionSynchronizationManager.getSynchronizations().contains(COMMITTING);
	}

	@Override
	public void beforeCommit(TransactionExecution transaction) {
		// a savepoint has its own "commit"
		if (transaction.isNewTransaction() && TransactionSynchronizationManager.isSynchronizationActive()) {
			for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
				if (each instanceof HeldCall call) {
					// it was made while others prepared for the commit
					call.hold();
				}
			}
			TransactionSynchronizationManager.registerSynchronization(COMMITTING);
		}
	}

}
