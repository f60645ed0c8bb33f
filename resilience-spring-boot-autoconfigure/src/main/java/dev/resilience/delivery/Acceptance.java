package dev.resilience.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.DeliveryRejectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Accepts calls: stores them with whatever the caller's transaction stores, if it is one
 * of the same database; else on their own.
 */
final class Acceptance implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final DeliveryStore store;

	private final CallerTransaction transaction;

	private final GroupedWrites writes;

	private final Clock clock;

	Acceptance(DeliveryStore store, Clock clock) {
		this.store = store;
		this.transaction = new CallerTransaction(store.dataSource());
		this.writes = new GroupedWrites(store::add, store.writers());
		this.clock = clock;
	}

	/**
	 * Accept a call.
	 * @param patience how long to wait for the store
	 * @param stored runs when the call is there for everybody to see
	 */
	void accept(Letter letter, Duration patience, Runnable stored) {
		try {
			if (!CallerTransaction.isActive()) {
				this.writes.write(letter, patience);
				stored.run();
			}
			else if (this.transaction.isOfOurDatabase()) {
				this.store.addWithinTransaction(letter);
				TransactionSynchronizationManager.registerSynchronization(new Stored(stored));
			}
			else {
				TransactionSynchronizationManager.registerSynchronization(new AtCommit(letter, patience, stored));
			}
		}
		catch (ExecutionException ex) {
			throw rejected(letter, "it could not be stored", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw rejected(letter, String.valueOf(ex.getMessage()), ex);
		}
		catch (RuntimeException ex) {
			throw rejected(letter, "it could not be stored", ex);
		}
	}

	private static DeliveryRejectedException rejected(Letter letter, String reason, @Nullable Throwable cause) {
		return new DeliveryRejectedException(letter.dependency(), reason, cause);
	}

	@Override
	public void close() {
		this.writes.close();
	}

	/**
	 * Sees a call through that was stored in the caller's transaction.
	 */
	private final class Stored implements TransactionSynchronization {

		private final Runnable stored;

		private boolean completing;

		private Stored(Runnable stored) {
			this.stored = stored;
		}

		@Override
		public void beforeCompletion() {
			this.completing = true;
		}

		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_ROLLED_BACK) {
				return;
			}
			if (!this.completing) {
				// whoever made the call did so because of the commit
				try {
					Acceptance.this.transaction.commitAddition();
				}
				catch (SQLException ex) {
					logger.error("A durable call that was made after a commit is lost", ex);
					return;
				}
			}
			this.stored.run();
		}

	}

	/**
	 * Stores a call when a transaction of another database commits: before that, so that
	 * a failure still reaches the caller; but nobody may take it before the outcome is
	 * known.
	 */
	private final class AtCommit implements TransactionSynchronization {

		private final Letter letter;

		private final Duration patience;

		private final Runnable stored;

		private final Set<Object> savepoints = new HashSet<>();

		private boolean forgotten;

		private @Nullable Held held;

		private AtCommit(Letter letter, Duration patience, Runnable stored) {
			this.letter = letter;
			this.patience = patience;
			this.stored = stored;
		}

		@Override
		public void savepoint(Object savepoint) {
			this.savepoints.add(savepoint);
		}

		@Override
		public void savepointRollback(Object savepoint) {
			// it was there before this call
			this.forgotten |= !this.savepoints.contains(savepoint);
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			if (this.forgotten) {
				return;
			}
			try {
				this.held = Acceptance.this.store.addHeld(this.letter, Acceptance.this.clock.now());
			}
			catch (RuntimeException ex) {
				throw rejected(this.letter, "it could not be stored", ex);
			}
		}

		@Override
		public void afterCompletion(int status) {
			Held held = this.held;
			if (status == STATUS_ROLLED_BACK) {
				if (held != null) {
					Acceptance.this.store.remove(held);
				}
			}
			else if (held != null) {
				// if it is not known, rather twice than never
				Acceptance.this.store.giveBack(held, Acceptance.this.clock.now(), 0);
				this.stored.run();
			}
			else if (!this.forgotten) {
				storeLate();
			}
		}

		// the call was made while others prepared for the commit, or because of it
		private void storeLate() {
			try {
				Acceptance.this.writes.write(this.letter, this.patience);
				this.stored.run();
			}
			catch (TimeoutException | ExecutionException ex) {
				logger.error("A durable call that was made after a commit is lost", ex);
			}
		}

	}

}
