package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;

/**
 * The calls that are to be delivered. db-scheduler takes them, keeps their heartbeats and
 * returns those of dead instances; everything else is done here.
 */
final class DeliveryStore {

	/** The table. */
	static final String TABLE = "resilience_delivery";

	/** So many calls are changed at once. */
	static final int MOST = 1000;

	/** The version of a call that was just stored. */
	static final long FIRST_VERSION = 1;

	/** The name of db-scheduler's only task. */
	static final String TASK = "delivery";

	private static final String INSERT = "insert into " + TABLE
			+ " (task_name, task_instance, task_data, execution_time,"
			+ " picked, picked_by, last_heartbeat, consecutive_failures, version, dependency, operation, accepted_at,"
			+ " order_key) values ('" + TASK + "', ?, ?, ?, ?, ?, ?, 0, " + FIRST_VERSION + ", ?, ?, ?, ?)";

	/** Finds a call that somebody has in hand. */
	static final String IN_HAND = " where task_name = '" + TASK + "' and task_instance = ? and version = ?";

	private static final Duration LONG_WAIT = Duration.ofMinutes(1);

	private final DatabaseKind kind;

	private final Sql sql;

	private final boolean durable;

	/**
	 * Open the store.
	 * @param dataSource of the database, whose tables exist
	 * @param durable whether it keeps what it has committed
	 */
	DeliveryStore(DataSource dataSource, DatabaseKind kind, boolean durable) {
		this.kind = kind;
		this.sql = new Sql(dataSource, kind.dialect());
		this.durable = durable;
	}

	DataSource dataSource() {
		return this.sql.dataSource();
	}

	JdbcCustomization dialect() {
		return this.kind.dialect();
	}

	boolean skipsLocked() {
		return this.kind.skipsLocked();
	}

	/** How many may store calls at once. */
	int writers() {
		return skipsLocked() ? 4 : 1;
	}

	boolean isDurable() {
		return this.durable;
	}

	Sql sql() {
		return this.sql;
	}

	/** Store a call in whatever transaction the thread's connection is. */
	void addWithinTransaction(Letter letter) {
		this.sql.callers().update(INSERT, this.sql.setter(row(letter, null)));
	}

	/** Store calls together, in a transaction of their own. */
	void add(List<Letter> letters) {
		if (letters.size() == 1) {
			this.sql.updateAtOnce(INSERT, row(letters.get(0), null));
			return;
		}
		this.sql.inTransaction((status) -> this.sql.jdbc()
			.batchUpdate(INSERT, letters, letters.size(),
					(statement, letter) -> this.sql.setter(row(letter, null)).setValues(statement)));
	}

	/**
	 * Store a call, but hold it back as if somebody had it in hand.
	 * @param clock is asked when there is a connection, which may take long
	 */
	void addHeld(Letter letter, Clock clock) {
		this.sql.inTransaction((status) -> this.sql.update(INSERT, row(letter, clock.now())));
	}

	/**
	 * Say that whoever holds calls back lives.
	 * @param clock is asked when there is a connection, which may take long
	 */
	void keepHeld(List<Held> calls, Clock clock) {
		this.sql.inTransaction((status) -> {
			change("update " + TABLE + " set last_heartbeat = ?" + IN_HAND, calls, clock.now());
			return true;
		});
	}

	/** Remove calls, whoever has them in hand. */
	void forget(List<Held> calls) {
		this.sql.inTransaction((status) -> this.sql.jdbc()
			.batchUpdate("delete from " + TABLE + " where task_name = '" + TASK + "' and task_instance = ?", calls,
					calls.size(), (statement, call) -> statement.setString(1, call.id())));
	}

	private static @Nullable Object[] row(Letter letter, @Nullable Instant heldAt) {
		return new @Nullable Object[] { letter.id(), letter.payload(), letter.acceptedAt(), heldAt != null,
				(heldAt != null) ? HeldCalls.HELD : null, heldAt, letter.dependency(), letter.operation(),
				letter.acceptedAt(), letter.orderKey() };
	}

	/**
	 * Forget a call.
	 * @return {@code false} if somebody else has it in hand
	 */
	boolean remove(Held call) {
		return this.sql.updateAtOnce("delete from " + TABLE + IN_HAND, call.id(), call.version()) == 1;
	}

	/**
	 * Give a call back that was not attempted.
	 * @param due when it is tried again
	 * @param attempts how often it was attempted before
	 */
	void giveBack(Held call, Instant due, int attempts) {
		giveBack(call, due, attempts, null, Instant.EPOCH);
	}

	/**
	 * Give a call back, to be tried again.
	 * @param due when
	 * @param attempts how often it was attempted
	 * @param failure how it failed last, {@code null} if it was not attempted
	 * @param acceptedAfter calls that were accepted earlier are too old for that
	 * @return {@code false} if it is too old, or somebody else has it in hand
	 */
	boolean giveBack(Held call, Instant due, int attempts, @Nullable LastFailure failure, Instant acceptedAfter) {
		return this.sql.update("update " + TABLE
				+ " set picked = ?, picked_by = null, last_heartbeat = null, version = version + 1, execution_time = ?,"
				+ " consecutive_failures = ?, failure = coalesce(?, failure), exception = coalesce(?, exception)"
				+ IN_HAND + " and accepted_at > ?", false, due, attempts,
				(failure != null) ? failure.kind().name() : null, (failure != null) ? failure.exception() : null,
				call.id(), call.version(), acceptedAfter) == 1;
	}

	/**
	 * Make a call a dead letter that was not attempted now.
	 * @return {@code false} if somebody else has it in hand
	 */
	boolean bury(Held call, DeadReason reason, Instant now) {
		return bury(call, reason, null, null, now);
	}

	/**
	 * Make a call a dead letter.
	 * @param attempts how often it was attempted, {@code null} for as often as before
	 * @param failure how it failed last, {@code null} for the failure before
	 * @return {@code false} if somebody else has it in hand
	 */
	boolean bury(Held call, DeadReason reason, @Nullable Integer attempts, @Nullable LastFailure failure, Instant now) {
		try {
			return this.sql.inTransaction((status) -> {
				int copied = this.sql.update("insert into " + DeadLetterStore.TABLE
						+ " (task_instance, task_data, dependency, operation, accepted_at, order_key, died_at, attempts, reason, failure,"
						+ " exception) select task_instance, task_data, dependency, operation, accepted_at, order_key, ?, coalesce(?, consecutive_failures), ?,"
						+ " coalesce(?, failure), coalesce(?, exception) from " + TABLE + IN_HAND, now, attempts,
						reason.name(), (failure != null) ? failure.kind().name() : null,
						(failure != null) ? failure.exception() : null, call.id(), call.version());
				int removed = this.sql.update("delete from " + TABLE + IN_HAND, call.id(), call.version());
				if (copied != removed) {
					// somebody else has taken it in between
					status.setRollbackOnly();
				}
				return copied == 1 && removed == 1;
			});
		}
		catch (DuplicateKeyException ex) {
			// an adoption has died in between; or another instance was faster, and
			// somebody may have decided about the letter since
			return this.sql.updateAtOnce(
					"delete from " + TABLE + IN_HAND + " and exists (select 1 from " + DeadLetterStore.TABLE
							+ " letter where letter.task_instance = " + TABLE + ".task_instance)",
					call.id(), call.version()) == 1;
		}
	}

	/**
	 * Make the calls due that wait for long, because the partner answers again. Those
	 * that it has asked to wait go on waiting.
	 */
	void bringForward(String dependency, Instant now) {
		List<Held> waiting = find(
				"dependency = ? and picked = ? and execution_time > ? and (failure is null or failure <> ?)", MOST,
				dependency, false, now.plus(LONG_WAIT), FailureKind.RATE_LIMITED.name());
		change("update " + TABLE + " set execution_time = ?" + IN_HAND, waiting, now);
	}

	/**
	 * Change calls row by row: what others have not committed yet is not waited for.
	 * @param sql the change, whose last two arguments are those of {@link #IN_HAND}
	 * @param instants the arguments before them
	 */
	void change(String sql, List<Held> calls, Instant... instants) {
		if (!calls.isEmpty()) {
			this.sql
				.inTransaction((status) -> this.sql.jdbc().batchUpdate(sql, calls, calls.size(), (statement, call) -> {
					@Nullable Object[] arguments = Arrays.copyOf(instants, instants.length + 2, Object[].class);
					arguments[instants.length] = call.id();
					arguments[instants.length + 1] = call.version();
					this.sql.setter(arguments).setValues(statement);
				}));
		}
	}

	/** Calls that fulfil a condition. */
	List<Held> find(String condition, int limit, @Nullable Object... arguments) {
		return this.sql.query(
				"select task_instance, version from " + TABLE + " where " + condition
						+ this.kind.dialect().getQueryLimitPart(limit),
				(row, number) -> new Held(row.getString(1), row.getLong(2)), arguments);
	}

	/** Have the database see how many there are, for its plans. */
	void countRows() {
		this.kind.countRows(this.sql.jdbc());
	}

	/** What is stored now, by dependency. */
	List<Count> count() {
		return this.sql.query(
				"select dependency, count(*) as calls, min(accepted_at) as oldest, min(execution_time) as due from "
						+ TABLE + " group by dependency",
				(row, number) -> new Count(row.getString("dependency"), row.getLong("calls"),
						Objects.requireNonNull(this.sql.instant(row, "oldest")),
						Objects.requireNonNull(this.sql.instant(row, "due"))));
	}

	/**
	 * Calls of a dependency.
	 *
	 * @param dependency its name
	 * @param calls how many are stored
	 * @param oldest when the oldest one was accepted
	 * @param due when the next one is due
	 */
	record Count(String dependency, long calls, Instant oldest, Instant due) {
	}

}
