package dev.resilience.delivery;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import org.awaitility.Awaitility;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Measures how many calls of a backlog are delivered in a second if that is no work, and
 * how many tasks db-scheduler executes by itself.
 */
final class DrainedPerSecond {

	// half of the default places of a bulkhead
	private static final int THREADS = 12;

	private static final String TASKS = "scheduled_tasks";

	private static final String TABLE = "create table " + TASKS
			+ " (task_name text not null, task_instance text not null, task_data bytea, execution_time timestamp with"
			+ " time zone not null, picked boolean not null, picked_by text, last_success timestamp with time zone,"
			+ " last_failure timestamp with time zone, consecutive_failures int, last_heartbeat timestamp with time zone,"
			+ " version bigint not null, primary key (task_name, task_instance))";

	private final NoMails mails;

	private final DeliveryEngine engine;

	private final DataSource dataSource;

	private final JdbcTemplate jdbc;

	private final int backlog;

	/**
	 * Prepare to measure.
	 * @param context of an application that sends mails
	 * @param dataSource in whose database they are stored
	 * @param backlog how many there are
	 */
	DrainedPerSecond(ApplicationContext context, DataSource dataSource, int backlog) {
		this.mails = context.getBean(NoMails.class);
		this.engine = context.getBean(DeliveryEngine.class);
		this.dataSource = dataSource;
		this.jdbc = new JdbcTemplate(dataSource);
		this.backlog = backlog;
		this.jdbc.execute(TABLE);
		this.jdbc.execute("create index on " + TASKS + " (execution_time)");
		this.jdbc.execute("create index on " + TASKS + " (last_heartbeat)");
		this.engine.stop();
		this.jdbc.execute("truncate " + DeliveryStore.TABLE);
		this.mails.send(new Mail("somebody@example.org", "All that is to be said. ".repeat(10)));
		this.jdbc.execute("create table model as select * from " + DeliveryStore.TABLE);
	}

	double ours() {
		fill(DeliveryStore.TABLE, "dependency, operation, accepted_at");
		long begin = System.nanoTime();
		this.engine.start();
		double perSecond = drained(DeliveryStore.TABLE, begin);
		this.engine.stop();
		return perSecond;
	}

	/**
	 * db-scheduler itself.
	 * @param generic whether it locks and fetches in two statements, as with us, and not
	 * in a single one, which is its default
	 */
	double schedulers(boolean generic) {
		fill(TASKS, "");
		LongAdder done = new LongAdder();
		OneTimeTask<byte[]> task = Tasks.oneTime(DeliveryStore.TASK, byte[].class)
			.execute((instance, context) -> done.add(instance.getData().length));
		SchedulerBuilder builder = Scheduler.create(this.dataSource, task)
			.serializer(RawPayload.INSTANCE)
			.threads(THREADS)
			.pollingInterval(Duration.ofMillis(20))
			.jdbcCustomization(new PostgreSqlJdbcCustomization(generic, false))
			.pollUsingLockAndFetch(0.5, 1);
		Scheduler scheduler = builder.build();
		long begin = System.nanoTime();
		scheduler.start();
		double perSecond = drained(TASKS, begin);
		scheduler.stop();
		return perSecond;
	}

	private void fill(String table, String more) {
		this.jdbc.execute("truncate " + table);
		String columns = "task_name, task_data, execution_time, picked, consecutive_failures, version"
				+ (more.isEmpty() ? "" : ", ") + more;
		this.jdbc.update("insert into " + table + " (task_instance, " + columns + ") select gen_random_uuid(), "
				+ columns + " from model, generate_series(1, ?)", this.backlog);
		this.jdbc.execute("analyze " + table);
		this.jdbc.execute("checkpoint");
	}

	private double drained(String table, long begin) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(5))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(20))
			.until(() -> this.jdbc.queryForList("select 1 from " + table + " limit 1").isEmpty());
		return this.backlog * 1e9 / (System.nanoTime() - begin);
	}

}
