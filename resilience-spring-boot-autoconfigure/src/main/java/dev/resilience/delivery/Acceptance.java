package dev.resilience.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Accepts calls: stores them with whatever the caller's transaction stores, if it is one
 * of the same database; else on their own.
 */
final class Acceptance implements AutoCloseable {

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final DeliveryStore store;

	private final CallerTransaction transaction;

	private final GroupedWrites writes;

	private final HeldCalls held;

	Acceptance(DeliveryStore store, HeldCalls held) {
		this.store = store;
		this.transaction = new CallerTransaction(store.dataSource());
		this.writes = new GroupedWrites(store::add, store.writers());
		this.held = held;
	}

	/**
	 * Accept a call.
	 * @param patience how long to wait for the store
	 * @param stored runs when the call is there for everybody to see
	 */
	void accept(Letter letter, Duration patience, Runnable stored) {
		try {
			if (CallerTransaction.isActive()) {
				accept(letter, patience, stored, Commit.current());
			}
			else {
				this.writes.write(letter, patience);
				stored.run();
			}
		}
		catch (DeliveryRejectedException ex) {
			throw ex;
		}
		catch (ExecutionException ex) {
			throw rejected(letter, "it could not be stored", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw rejected(letter, String.valueOf(ex.getMessage()), ex);
		}
		catch (RuntimeException | SQLException ex) {
			throw rejected(letter, "it could not be stored", ex);
		}
	}

	private void accept(Letter letter, Duration patience, Runnable stored, @Nullable Commit commit)
			throws SQLException, TimeoutException, ExecutionException {
		if (commit != null && commit.isDone()) {
			acceptAfterCommit(letter, patience, commit);
			stored.run();
		}
		else if (this.transaction.isOfOurDatabase()) {
			this.store.addWithinTransaction(letter);
			TransactionSynchronizationManager.registerSynchronization(new Stored(letter, stored));
		}
		else {
			HeldCall call = new HeldCall(letter, this.held, commit, stored, () -> storeLate(letter, patience, stored));
			TransactionSynchronizationManager.registerSynchronization(call);
			if (commit != null && commit.isBegun()) {
				call.hold();
			}
		}
	}

	// on the connection that the thread has: there may be no other one for it
	private void acceptAfterCommit(Letter letter, Duration patience, Commit commit)
			throws SQLException, TimeoutException, ExecutionException {
		if (this.transaction.isOn(commit.connection())) {
			try {
				this.store.addWithinTransaction(letter);
				this.transaction.commitAddition();
			}
			catch (RuntimeException | SQLException ex) {
				// or the next one would store it, or could not be stored itself
				this.transaction.rollBackAddition();
				throw ex;
			}
		}
		else {
			this.writes.write(letter, patience);
		}
	}

	// the transaction manager is no bean and told us nothing, and Spring hides what fails
	// now from the caller
	private void storeLate(Letter letter, Duration patience, Runnable stored) {
		try {
			this.writes.write(letter, patience);
			stored.run();
		}
		catch (TimeoutException | ExecutionException ex) {
			lost(letter, ex);
		}
	}

	private void lost(Letter letter, Exception failure) {
		this.log.repeated(Level.ERROR, letter.dependency(), failure,
				"A durable call of dependency '{}' that was made after a commit is lost", letter.dependency());
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

		private final Letter letter;

		private final Runnable stored;

		private boolean completing;

		private Stored(Letter letter, Runnable stored) {
			this.letter = letter;
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
			if (status == STATUS_COMMITTED && !this.completing) {
				// made because of the commit, and the transaction manager is no bean
				try {
					Acceptance.this.transaction.commitAddition();
				}
				catch (SQLException ex) {
					lost(this.letter, ex);
					return;
				}
			}
			this.stored.run();
		}

	}

}
