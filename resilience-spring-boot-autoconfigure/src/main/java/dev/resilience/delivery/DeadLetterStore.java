package dev.resilience.delivery;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;

/**
 * The calls that are tried no more, until somebody decides about them.
 */
final class DeadLetterStore {

	/** The table. */
	static final String TABLE = "resilience_dead_letter";

	private static final int BATCH = 500;

	private final Sql sql;

	DeadLetterStore(Sql sql) {
		this.sql = sql;
	}

	/** How many there are, by dependency. */
	Map<String, Long> count() {
		Map<String, Long> counts = new HashMap<>();
		this.sql.query("select dependency, count(*) as calls from " + TABLE + " group by dependency",
				(row, number) -> counts.put(row.getString("dependency"), row.getLong("calls")));
		return counts;
	}

	/** A page of those of a dependency, the last ones first. */
	List<Row> page(String dependency, long offset, int limit, boolean withPayload) {
		return this.sql
			.query("select task_instance, operation, accepted_at, died_at, attempts, reason, failure, exception"
					+ (withPayload ? ", task_data" : "") + " from " + TABLE
					+ " where dependency = ? order by died_at desc, task_instance limit " + limit + " offset " + offset,
					(row, number) -> new Row(row.getString("task_instance"), row.getString("operation"),
							withPayload ? row.getBytes("task_data") : new byte[0],
							Objects.requireNonNull(this.sql.instant(row, "accepted_at")),
							Objects.requireNonNull(this.sql.instant(row, "died_at")), row.getInt("attempts"),
							row.getString("reason"), kind(row.getString("failure")), row.getString("exception")),
					dependency);
	}

	private static FailureKind kind(@Nullable String name) {
		return (name != null) ? FailureKind.valueOf(name) : FailureKind.NONE;
	}

	/**
	 * Try letters again as if they had been accepted now.
	 * @param id of one of them, {@code null} for all
	 * @return how many they are
	 */
	int requeue(String dependency, @Nullable String id, Instant now) {
		return each(dependency, id, now, (ids) -> this.sql.update("insert into " + DeliveryStore.TABLE
				+ " (task_name, task_instance, task_data, dependency, operation, order_key, execution_time, accepted_at, picked,"
				+ " consecutive_failures, version, failure, exception) select '" + DeliveryStore.TASK
				+ "', task_instance, task_data, dependency, operation, order_key, ?, ?, ?, 0, 1, failure, exception from "
				+ TABLE + " where task_instance in " + ids + " order by died_at", now, now, false));
	}

	/**
	 * Throw letters away.
	 * @param id of one of them, {@code null} for all
	 * @return how many they are
	 */
	int discard(String dependency, @Nullable String id, Instant now) {
		return each(dependency, id, now, null);
	}

	private int each(String dependency, @Nullable String id, Instant now, @Nullable Step before) {
		int all = 0;
		while (true) {
			int some = batch(dependency, id, now, before);
			all += some;
			if (some < BATCH) {
				return all;
			}
		}
	}

	private int batch(String dependency, @Nullable String id, Instant now, @Nullable Step before) {
		try {
			return this.sql.inTransaction((status) -> {
				List<String> ids = ids(dependency, id, now);
				if (ids.isEmpty()) {
					return 0;
				}
				String list = Sql.list(ids);
				int copied = (before != null) ? before.apply(list) : ids.size();
				int removed = this.sql.update("delete from " + TABLE + " where task_instance in " + list);
				if (copied != removed) {
					status.setRollbackOnly();
					return 0;
				}
				return removed;
			});
		}
		catch (DuplicateKeyException ex) {
			// somebody else decides about the same ones
			return 0;
		}
	}

	// not those that have died again in the meantime
	private List<String> ids(String dependency, @Nullable String id, Instant now) {
		String one = (id != null) ? " and task_instance = ?" : "";
		return this.sql.query(
				"select task_instance from " + TABLE + " where dependency = ? and died_at <= ?" + one
						+ " order by died_at limit " + BATCH,
				(row, number) -> row.getString(1),
				(id != null) ? new Object[] { dependency, now, id } : new Object[] { dependency, now });
	}

	private interface Step {

		int apply(String ids);

	}

	/**
	 * A dead letter as it is stored.
	 */
	record Row(String id, String operation, byte[] payload, Instant acceptedAt, Instant diedAt, int attempts,
			String reason, FailureKind failure, @Nullable String exception) {
	}

}
