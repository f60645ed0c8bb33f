package dev.resilience.delivery;

import java.nio.file.Path;
import java.util.List;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many durable calls are accepted and drained in a second, against what the same
 * database does without us. Prints tables of medians; run it alone.
 */
class ThroughputBenchmark {

	private static final int WARMUPS = 3;

	// so many times a moment of each variant
	private static final int SLICES = Integer.getInteger("throughput.slices", 15);

	private static final int BACKLOGS = Integer.getInteger("throughput.backlogs", 5);

	private static final int BACKLOG = 20_000;

	private static final List<Integer> THREADS = List.of(1, 8, 32);

	@Test
	void measure(@TempDir Path data) {
		try (KillablePostgres postgres = KillablePostgres.start(data);
				HikariDataSource pool = pool(postgres.database("throughput"))) {
			DurableApplication.runner(NoMails.class)
				.withBean(HikariDataSource.class, () -> pool)
				.withPropertyValues("resilience.delivery.initialize-schema=always")
				.run((context) -> {
					accept(new AcceptedPerSecond(context, pool));
					drain(new DrainedPerSecond(context, pool, BACKLOG));
				});
		}
	}

	// as many connections for everybody as there are threads at most
	private static HikariDataSource pool(String url) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setMaximumPoolSize(40);
		return pool;
	}

	private static void accept(AcceptedPerSecond accepted) {
		System.out.println("""

				| threads | durable calls/s | plain inserts/s | ratio | durable calls/s while they are delivered |
				|---|---|---|---|---|""");
		for (int threads : THREADS) {
			Comparison comparison = new Comparison().with("durable", () -> accepted.durable(threads))
				.with("plain", () -> accepted.plain(threads))
				.with("delivered", () -> accepted.durableAndDelivered(threads))
				.measure(WARMUPS, SLICES);
			System.out.printf("| %d | %.0f | %.0f | %.2f | %.0f |%n", threads, comparison.median("durable"),
					comparison.median("plain"), comparison.ratio("durable", "plain"), comparison.median("delivered"));
		}
	}

	private static void drain(DrainedPerSecond drained) {
		Comparison comparison = new Comparison().with("ours", drained::ours)
			.with("two", () -> drained.schedulers(true))
			.with("one", () -> drained.schedulers(false))
			.measure(1, BACKLOGS);
		System.out.printf("""

				| drained by | calls/s | ours against it |
				|---|---|---|
				| our deliveries | %.0f | |
				| db-scheduler, locking and fetching in two statements as we do | %.0f | %.2f |
				| db-scheduler, in a single statement | %.0f | %.2f |
				""", comparison.median("ours"), comparison.median("two"), comparison.ratio("ours", "two"),
				comparison.median("one"), comparison.ratio("ours", "one"));
	}

}
