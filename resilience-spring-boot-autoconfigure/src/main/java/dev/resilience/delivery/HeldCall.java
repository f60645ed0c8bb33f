package dev.resilience.delivery;

import java.util.HashSet;
import java.util.Set;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.DeliveryRejectedException;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronization;

/**
 * A call that was made in a transaction of another database. It is stored when that
 * commits: before it does, so that a failure still reaches the caller; but nobody may
 * take it before the outcome is known.
 */
final class HeldCall implements TransactionSynchronization {

	private final Letter letter;

	private final DeliveryStore store;

	private final Clock clock;

	private final @Nullable Commit commit;

	private final Runnable stored;

	private final Set<Object> savepoints = new HashSet<>();

	private final Runnable late;

	private final Held held;

	private boolean forgotten;

	private State state = State.WAITING;

	/**
	 * Create the call.
	 * @param commit of the transaction, {@code null} if nobody tells of it
	 * @param stored runs when it is there for everybody to see
	 * @param late stores it when nobody has said that the transaction commits
	 */
	HeldCall(Letter letter, DeliveryStore store, Clock clock, @Nullable Commit commit, Runnable stored, Runnable late) {
		this.letter = letter;
		this.store = store;
		this.clock = clock;
		this.commit = commit;
		this.stored = stored;
		this.late = late;
		this.held = DeliveryStore.held(letter);
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
			this.store.addHeld(this.letter, this.clock.now());
			this.state = State.HELD;
		}
		catch (RuntimeException ex) {
			// it may be stored nevertheless
			this.state = State.REJECTED;
			throw new DeliveryRejectedException(this.letter.dependency(), "it could not be stored", ex);
		}
	}

	@Override
	public void afterCompletion(int status) {
		if (this.state != State.WAITING) {
			if (status == STATUS_UNKNOWN && this.commit != null) {
				// its failure says more; if nobody tells it, the call is taken over
				this.store.letGo(this.held);
				this.commit.endLater(this);
			}
			else {
				end(status == STATUS_ROLLED_BACK);
			}
		}
		else if (status == STATUS_COMMITTED && !this.forgotten) {
			this.late.run();
		}
	}

	/** Drop it, or else have it delivered: rather twice than never. */
	void end(boolean rolledBack) {
		if (rolledBack || this.forgotten || this.state == State.REJECTED) {
			this.store.drop(this.held);
		}
		else {
			this.store.release(this.held, this.clock.now());
			this.stored.run();
		}
	}

	private enum State {

		WAITING, HELD, REJECTED

	}

}
