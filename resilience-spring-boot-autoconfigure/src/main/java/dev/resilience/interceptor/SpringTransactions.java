package dev.resilience.interceptor;

import dev.resilience.guard.Transactions;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Spring's thread-bound transactions.
 */
public final class SpringTransactions implements Transactions {

	@Override
	public boolean isActive() {
		return TransactionSynchronizationManager.isActualTransactionActive();
	}

	@Override
	public void afterCommit(Runnable work, Runnable dropped) {
		if (!isActive() || !TransactionSynchronizationManager.isSynchronizationActive()) {
			work.run();
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void afterCompletion(int status) {
				(status == STATUS_COMMITTED ? work : dropped).run();
			}
		});
	}

}
