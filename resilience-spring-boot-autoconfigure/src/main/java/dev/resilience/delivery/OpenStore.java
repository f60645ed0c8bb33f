package dev.resilience.delivery;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.guard.InvalidDeliveryException;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/**
 * A store whose tables exist, with all that works on it.
 *
 * @param calls the calls that are to be delivered
 * @param held those that are held back
 * @param neglected those that nobody attempts
 * @param deadLetters those that are tried no more
 * @param format what is stored of a call
 * @param acceptance accepts calls
 * @param backlogs counts them
 * @param embedded the database, if it is embedded only for this
 */
record OpenStore(DeliveryStore calls, HeldCalls held, NeglectedCalls neglected, DeadLetterStore deadLetters,
		PayloadFormat format, Acceptance acceptance, Backlogs backlogs,
		@Nullable EmbeddedStore embedded) implements AutoCloseable {

	/**
	 * Open the store.
	 * @throws InvalidDeliveryException if calls cannot be stored there
	 */
	static OpenStore open(StoreSource source, Clock clock) {
		try {
			DatabaseKind kind = DatabaseKind
				.of(JdbcUtils.extractDatabaseMetaData(source.dataSource(), (data) -> data.getDatabaseProductName()));
			JdbcTemplate jdbc = new JdbcTemplate(source.dataSource());
			boolean durable = kind.isDurable(jdbc);
			create(source, kind);
			requireTables(jdbc, kind);
			DeliveryStore calls = new DeliveryStore(source.dataSource(), kind, durable);
			DeadLetterStore deadLetters = new DeadLetterStore(calls.sql());
			HeldCalls held = new HeldCalls(calls, clock);
			return new OpenStore(calls, held, new NeglectedCalls(calls), deadLetters,
					new PayloadFormat(source.json(), source.codec(), source.maxPayload()), new Acceptance(calls, held),
					new Backlogs(calls, deadLetters, clock), source.embedded());
		}
		catch (MetaDataAccessException | DataAccessException ex) {
			throw new InvalidDeliveryException("the database does not answer as it should: " + ex.getMessage(),
					"See to the DataSource, or name another one by 'resilience.delivery.data-source'.");
		}
	}

	private static void create(StoreSource source, DatabaseKind kind) {
		try {
			source.tables().create(source.dataSource(), kind.scripts());
		}
		catch (RuntimeException ex) {
			throw new InvalidDeliveryException("their tables cannot be made: " + ex.getMessage(),
					"Make them with the script '%s' in our jar, and set 'resilience.delivery.initialize-schema' to never."
						.formatted(kind.scripts() + TableCreation.SCRIPT));
		}
	}

	@Override
	public void close() {
		this.acceptance.close();
		this.backlogs.close();
	}

	private static void requireTables(JdbcTemplate jdbc, DatabaseKind kind) {
		try {
			jdbc.queryForList("select task_instance, order_position from " + DeliveryStore.TABLE + " where 1 = 0");
			jdbc.queryForList("select seen_at from " + NeglectedCalls.OPERATIONS + " where 1 = 0");
			jdbc.queryForList("select task_instance, reason from " + DeadLetterStore.TABLE + " where 1 = 0");
		}
		catch (DataAccessException ex) {
			throw new InvalidDeliveryException(
					"the tables %s, %s and %s do not all exist".formatted(DeliveryStore.TABLE,
							NeglectedCalls.OPERATIONS, DeadLetterStore.TABLE),
					"Create them with the script '%s' in our jar, or set 'resilience.delivery.initialize-schema' to always."
						.formatted(kind.scripts() + TableCreation.SCRIPT));
		}
	}

}
