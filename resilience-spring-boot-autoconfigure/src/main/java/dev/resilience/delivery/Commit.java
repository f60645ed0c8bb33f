package dev.resilience.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * How far a transaction has come with its commit. While it commits, as when JPA flushes,
 * it may still fail; once it has, nothing can be added to it any more. Goes with its
 * transaction when that is suspended or ends.
 */
final class Commit implements TransactionSynchronization {

	// weak: nobody says when the thread no longer has them
	private static final Set<ConnectionHolder> ENDED = Collections
		.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

	private final @Nullable ConnectionHolder connection;

	private final List<HeldCall> undecided = new ArrayList<>();

	// by an outer transaction of another manager, whose end it stays
	private final boolean endedBefore;

	private boolean begun;

	private boolean done;

	/**
	 * Create that of a transaction that has begun.
	 * @param connection of the transaction, {@code null} if it is not one of JDBC or JPA
	 */
	Commit(@Nullable ConnectionHolder connection) {
		this.connection = connection;
		this.endedBefore = connection != null && ENDED.remove(connection);
	}

	/** Of the thread's transaction, {@code null} if its manager is no bean. */
	static @Nullable Commit current() {
		for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
			if (each instanceof Commit commit) {
				return commit;
			}
		}
		return null;
	}

	/** Whether the transaction of a connection has ended, maybe an outer one. */
	static boolean hasEnded(ConnectionHolder connection) {
		return ENDED.contains(connection);
	}

	/** Nobody will be asked before the commit any more. */
	void begin() {
		this.begun = true;
		for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
			if (each instanceof HeldCall call) {
				// it was made while others prepared for the commit
				call.hold();
			}
		}
	}

	boolean isBegun() {
		return this.begun;
	}

	boolean isDone() {
		return this.done;
	}

	/** The connection of the transaction. */
	@Nullable ConnectionHolder connection() {
		return this.connection;
	}

	/** End a call as soon as somebody says how the transaction has ended. */
	void endLater(HeldCall call) {
		this.undecided.add(call);
	}

	/** The transaction has ended, and all who wanted to know it do. */
	void end(boolean refused) {
		if (this.connection != null && !this.endedBefore) {
			// an outer transaction of another manager may go on with it
			ENDED.remove(this.connection);
		}
		this.undecided.forEach((call) -> call.end(refused || !this.begun));
	}

	@Override
	public int getOrder() {
		// before those that make calls because of the commit
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void afterCommit() {
		this.done = true;
		close();
	}

	@Override
	public void afterCompletion(int status) {
		close();
	}

	private void close() {
		if (this.connection != null) {
			ENDED.add(this.connection);
		}
	}

}
