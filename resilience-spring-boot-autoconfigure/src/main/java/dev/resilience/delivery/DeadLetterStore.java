package dev.resilience.delivery;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

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
	List<Row> page(String dependency, long offset, int limit) {
		return this.sql.query(
				"select * from " + TABLE + " where dependency = ? order by died_at desc, task_instance limit " + limit
						+ " offset " + offset,
				(row, number) -> new Row(row.getString("task_instance"), row.getString("operation"),
						row.getBytes("task_data"), Objects.requireNonNull(this.sql.instant(row, "accepted_at")),
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
		return each(dependency, id, (ids) -> this.sql.update("insert into " + DeliveryStore.TABLE
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
	int discard(String dependency, @Nullable String id) {
		return each(dependency, id, null);
	}

	private int each(String dependency, @Nullable String id, @Nullable Step before) {
		int all = 0;
		while (true) {
			int some = this.sql.inTransaction((status) -> {
				List<String> ids = ids(dependency, id);
				int copied = (before != null && !ids.isEmpty()) ? before.apply(Sql.list(ids)) : ids.size();
				int removed = ids.isEmpty() ? 0
						: this.sql.update("delete from " + TABLE + " where task_instance in " + Sql.list(ids));
				if (copied != removed) {
					// somebody else decides about the same ones
					status.setRollbackOnly();
					return 0;
				}
				return removed;
			});
			all += some;
			if (some < BATCH) {
				return all;
			}
		}
	}

	private List<String> ids(String dependency, @Nullable String id) {
		String one = (id != null) ? " and task_instance = ?" : "";
		return this.sql.query(
				"select task_instance from " + TABLE + " where dependency = ?" + one + " order by died_at limit "
						+ BATCH,
				(row, number) -> row.getString(1),
				(id != null) ? new Object[] { dependency, id } : new Object[] { dependency });
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
