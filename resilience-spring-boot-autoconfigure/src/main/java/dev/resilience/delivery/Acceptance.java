package dev.resilience.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.DeliveryRejectedException;
import dev.resilience.signal.DeliveryResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Accepts calls: stores them with whatever the caller's transaction stores, if it is one
 * of the same database; else on their own.
 */
final class Acceptance implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final DeliveryStore store;

	private final GroupedWrites writes;

	private final String instance;

	private final Clock clock;

	Acceptance(DeliveryStore store, String instance, Clock clock) {
		this.store = store;
		this.writes = new GroupedWrites(store::add);
		this.instance = instance;
		this.clock = clock;
	}

	/**
	 * Accept a call.
	 * @param patience how long to wait for the store
	 * @param stored runs when the call is there for everybody to see
	 */
	void accept(String dependency, Letter letter, Duration patience, Runnable stored) {
		try {
			if (!TransactionSynchronizationManager.isActualTransactionActive()
					|| !TransactionSynchronizationManager.isSynchronizationActive()) {
				this.writes.write(letter, patience);
				stored.run();
			}
			else if (isOfOurDatabase()) {
				this.store.addWithinTransaction(letter);
				afterCompletion(stored, () -> {
				});
			}
			else {
				acceptAtCommit(dependency, letter, stored);
			}
		}
		catch (ExecutionException ex) {
			throw new DeliveryRejectedException(dependency, "it could not be stored", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new DeliveryRejectedException(dependency, String.valueOf(ex.getMessage()), ex);
		}
		catch (RuntimeException ex) {
			throw new DeliveryRejectedException(dependency, "it could not be stored", ex);
		}
	}

	private boolean isOfOurDatabase() {
		DataSource dataSource = this.store.dataSource();
		if (!(TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder)) {
			return false;
		}
		try {
			return !holder.getConnection().getAutoCommit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The connection of the transaction does not answer", ex);
		}
	}

	// before the commit, so that a failure still reaches the caller; but nobody may take
	// it before the outcome is known
	private void acceptAtCommit(String dependency, Letter letter, Runnable stored) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			private boolean held;

			@Override
			public void beforeCommit(boolean readOnly) {
				try {
					Acceptance.this.store.addHeld(letter, Acceptance.this.instance);
					this.held = true;
				}
				catch (RuntimeException ex) {
					throw new DeliveryRejectedException(dependency, "it could not be stored", ex);
				}
			}

			@Override
			public void afterCompletion(int status) {
				if (!this.held) {
					return;
				}
				if (status == STATUS_ROLLED_BACK) {
					Acceptance.this.store.drop(letter.id());
				}
				else {
					// if it is not known, rather twice than never
					Acceptance.this.store.release(letter.id(), Acceptance.this.clock.now());
					stored.run();
				}
			}

		});
	}

	private static void afterCompletion(Runnable committed, Runnable rolledBack) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void afterCompletion(int status) {
				(status == STATUS_COMMITTED ? committed : rolledBack).run();
			}
		});
	}

	@Override
	public void close() {
		this.writes.close();
	}

}
