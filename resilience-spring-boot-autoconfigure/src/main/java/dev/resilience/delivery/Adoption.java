package dev.resilience.delivery;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.sql.DataSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Moves what is stored in one embedded database to another one. If it dies in between,
 * something may be in both: then it is delivered twice, with the same key.
 */
final class Adoption {

	private static final int BATCH = 500;

	private final JdbcTemplate from;

	private final JdbcTemplate to;

	private final TransactionTemplate transactions;

	Adoption(DataSource from, DataSource to) {
		this.from = new JdbcTemplate(from);
		this.to = new JdbcTemplate(to);
		this.transactions = new TransactionTemplate(new JdbcTransactionManager(to));
	}

	/**
	 * Move everything.
	 * @return how many calls are to be delivered
	 */
	int move() {
		if (this.from
			.queryForList("select 1 from information_schema.tables where table_name = ?",
					DeadLetterStore.TABLE.toUpperCase(Locale.ROOT))
			.isEmpty()) {
			return 0;
		}
		// those in whose hands they were are gone
		this.from.update("update " + DeliveryStore.TABLE
				+ " set picked = false, picked_by = null, last_heartbeat = null where picked = true");
		move(DeadLetterStore.TABLE, "died_at");
		return move(DeliveryStore.TABLE, "order_position");
	}

	private int move(String table, String order) {
		int moved = 0;
		List<Map<String, Object>> rows;
		do {
			rows = this.from.queryForList("select * from " + table + " order by " + order + " limit " + BATCH);
			List<Map<String, Object>> some = rows;
			this.transactions.executeWithoutResult((status) -> some.forEach((row) -> insert(table, row)));
			rows.forEach((row) -> this.from.update("delete from " + table + " where task_instance = ?",
					row.get("task_instance")));
			moved += rows.size();
		}
		while (rows.size() == BATCH);
		return moved;
	}

	private void insert(String table, Map<String, Object> row) {
		row.remove("order_position");
		this.to.update("merge into " + table + " (" + String.join(", ", row.keySet()) + ") key (task_instance) values ("
				+ String.join(", ", Collections.nCopies(row.size(), "?")) + ")", row.values().toArray());
	}

}
