package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

import org.springframework.dao.DuplicateKeyException;

/**
 * Finds and corrects stored calls that nobody attempts.
 */
final class NeglectedCalls {

	/** The table of the operations that some instance knows. */
	static final String OPERATIONS = "resilience_operation";

	// clocks of instances may differ by less
	private static final Duration FUTURE = Duration.ofMinutes(1);

	private final DeliveryStore store;

	NeglectedCalls(DeliveryStore store) {
		this.store = store;
	}

	/** Calls of an operation that nobody has in hand and that are older than allowed. */
	List<Held> olderThan(String operation, Instant acceptedBefore, int limit) {
		return this.store.find("operation = ? and picked = ? and accepted_at <= ?", limit, operation, false,
				acceptedBefore);
	}

	/** Calls of operations that no instance has known since a time. */
	List<Held> unknown(Instant knownSince, int limit) {
		return this.store.find("picked = ? and not exists (select 1 from " + OPERATIONS
				+ " known where known.operation = " + DeliveryStore.TABLE + ".operation and known.seen_at >= ?)", limit,
				false, knownSince);
	}

	/**
	 * Correct what a clock has written that was ahead: else calls would wait until the
	 * time comes.
	 */
	void correctFuture(Instant now) {
		Instant future = now.plus(FUTURE);
		this.store.change(
				"update " + DeliveryStore.TABLE + " set execution_time = ?, accepted_at = ?" + DeliveryStore.IN_HAND,
				this.store.find("picked = ? and accepted_at > ?", DeliveryStore.MOST, false, future), now, now);
		this.store.change("update " + DeliveryStore.TABLE + " set last_heartbeat = ?" + DeliveryStore.IN_HAND,
				this.store.find("picked = ? and last_heartbeat > ?", DeliveryStore.MOST, true, future), now);
	}

	/** Some operations are known to this instance. */
	void know(Collection<String> operations, Instant now) {
		for (String operation : operations) {
			if (this.store.sql()
				.update("update " + OPERATIONS + " set seen_at = ? where operation = ?", now, operation) == 0) {
				try {
					this.store.sql()
						.update("insert into " + OPERATIONS + " (operation, seen_at) values (?, ?)", operation, now);
				}
				catch (DuplicateKeyException ex) {
					// another instance was faster
				}
			}
		}
	}

	/** There are many more of them than before. */
	void grown() {
		this.store.sql().inTransaction((status) -> {
			this.store.countRows();
			return true;
		});
	}

}
