package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import javax.sql.DataSource;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Measures how many durable calls are accepted in a second, and how many rows as large as
 * theirs are inserted, each in a transaction of its own, into a table like theirs.
 */
final class AcceptedPerSecond {

	private static final Duration MEASURED = Duration.ofMillis(300);

	private static final Mail MAIL = new Mail("somebody@example.org", "All that is to be said. ".repeat(10));

	private static final String PLAIN = "plain";

	private static final String INSERT = "insert into " + PLAIN
			+ " (task_name, task_instance, task_data, execution_time, picked, consecutive_failures, version, dependency,"
			+ " operation, accepted_at) values ('delivery', ?, ?, ?, false, 0, 1, 'mail', 'mail/send', ?)";

	private final NoMails mails;

	private final DeliveryEngine engine;

	private final DataSource dataSource;

	private final JdbcTemplate jdbc;

	private final byte[] payload;

	/**
	 * Prepare to measure.
	 * @param context of an application that sends mails
	 * @param dataSource in whose database they are stored
	 */
	AcceptedPerSecond(ApplicationContext context, DataSource dataSource) {
		this.mails = context.getBean(NoMails.class);
		this.engine = context.getBean(DeliveryEngine.class);
		this.dataSource = dataSource;
		this.jdbc = new JdbcTemplate(dataSource);
		this.jdbc.execute("create table " + PLAIN + " (like " + DeliveryStore.TABLE + " including all)");
		this.engine.stop();
		this.mails.send(MAIL);
		this.payload = this.jdbc.queryForObject("select task_data from " + DeliveryStore.TABLE, byte[].class);
	}

	/** Accepting alone. */
	double durable(int threads) {
		this.jdbc.execute("truncate " + DeliveryStore.TABLE);
		return perSecond(threads, () -> this.mails.send(MAIL));
	}

	/** Accepting, while everything is delivered at the same time. */
	double durableAndDelivered(int threads) {
		this.engine.start();
		try {
			return durable(threads);
		}
		finally {
			this.engine.stop();
		}
	}

	double plain(int threads) {
		this.jdbc.execute("truncate " + PLAIN);
		return perSecond(threads, this::insert);
	}

	private void insert() {
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement(INSERT)) {
			Timestamp now = Timestamp.from(Instant.now());
			statement.setString(1, UUID.randomUUID().toString());
			statement.setBytes(2, this.payload);
			statement.setTimestamp(3, now);
			statement.setTimestamp(4, now);
			statement.executeUpdate();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static double perSecond(int threads, Runnable work) {
		LongAdder done = new LongAdder();
		long begin = System.nanoTime();
		ExecutorService callers = Executors.newFixedThreadPool(threads);
		for (int i = 0; i < threads; i++) {
			callers.execute(() -> {
				while (System.nanoTime() - begin < MEASURED.toNanos()) {
					work.run();
					done.increment();
				}
			});
		}
		callers.shutdown();
		try {
			if (!callers.awaitTermination(1, TimeUnit.MINUTES)) {
				throw new AssertionError("The callers do not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return done.sum() * 1e9 / (System.nanoTime() - begin);
	}

}
