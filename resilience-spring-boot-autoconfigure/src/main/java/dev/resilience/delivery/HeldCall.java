package dev.resilience.delivery;

import java.util.HashSet;
import java.util.Set;

import dev.resilience.DeliveryRejectedException;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * A call that was made in a transaction of another database. It is stored when that
 * commits: before it does, so that a failure still reaches the caller; but nobody may
 * take it before the outcome is known.
 */
final class HeldCall implements TransactionSynchronization {

	private final Letter letter;

	private final HeldCalls calls;

	private final @Nullable Commit commit;

	private final Runnable stored;

	private final Set<Object> savepoints = new HashSet<>();

	private final Runnable late;

	private boolean forgotten;

	private State state = State.WAITING;

	/**
	 * Create the call.
	 * @param commit of the transaction, {@code null} if nobody tells of it
	 * @param stored runs when it is there for everybody to see
	 * @param late stores it when nobody has said that the transaction commits
	 */
	HeldCall(Letter letter, HeldCalls calls, @Nullable Commit commit, Runnable stored, Runnable late) {
		this.letter = letter;
		this.calls = calls;
		this.commit = commit;
		this.stored = stored;
		this.late = late;
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
		hold();
	}

	/** Store it, once. */
	void hold() {
		if (this.forgotten || this.state != State.WAITING) {
			return;
		}
		try {
			this.calls.add(this.letter);
			this.state = State.HELD;
		}
		catch (RuntimeException ex) {
			// it may be stored nevertheless, unless nothing was sent
			this.state = (ex instanceof CannotCreateTransactionException) ? State.NOT_STORED : State.REJECTED;
			throw new DeliveryRejectedException(this.letter.dependency(), "it could not be stored", ex);
		}
	}

	@Override
	public void afterCompletion(int status) {
		if (this.state == State.HELD || this.state == State.REJECTED) {
			if (status == STATUS_UNKNOWN && this.commit != null) {
				// its failure says more; if nobody tells it, the call is taken over
				this.calls.letGo(this.letter);
				this.commit.endLater(this);
			}
			else {
				end(status == STATUS_ROLLED_BACK);
			}
		}
		else if (this.state == State.WAITING && status == STATUS_COMMITTED && !this.forgotten) {
			this.late.run();
		}
	}

	/** Drop it, or else have it delivered: rather twice than never. */
	void end(boolean rolledBack) {
		if (rolledBack || this.forgotten || this.state == State.REJECTED) {
			this.calls.drop(this.letter);
		}
		else {
			this.calls.release(this.letter);
			this.stored.run();
		}
	}

	private enum State {

		WAITING, HELD, REJECTED, NOT_STORED

	}

}
