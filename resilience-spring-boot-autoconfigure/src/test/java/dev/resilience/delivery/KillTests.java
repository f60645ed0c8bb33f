package dev.resilience.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was accepted arrives, whoever is killed. The system properties
 * {@code kill.cycles}, {@code kill.calls} (of a cycle), {@code kill.databases} and
 * {@code kill.seed} say how much of that is tried.
 */
class KillTests {

	private static final int CYCLES = Integer.getInteger("kill.cycles", 3);

	private static final int CALLS = Integer.getInteger("kill.calls", 300);

	private static final int DATABASES = Integer.getInteger("kill.databases", 1);

	private static final long SEED = Long.getLong("kill.seed", System.nanoTime());

	@TempDir
	private static Path data;

	private static KillablePostgres postgres;

	@TempDir
	private Path directory;

	@BeforeAll
	static void startDatabase() {
		postgres = KillablePostgres.start(data);
	}

	@AfterAll
	static void stopDatabase() {
		postgres.close();
	}

	@Test
	void instancesAndTheirDatabaseLoseNothing() {
		String url = postgres.database("parcels");
		try (KillScenario scenario = scenario((name) -> List.of("parcels.database=" + url))) {
			killInstances(scenario);
			for (int i = 0; i < DATABASES; i++) {
				scenario.killDatabase(postgres, CALLS);
			}
			verify("PostgreSQL", scenario.finish());
		}
		verifyEmpty(url);
	}

	@Test
	void instancesThatShareADirectoryLoseNothing() throws IOException {
		killInstances("H2, one directory", (name) -> this.directory);
	}

	// what they do with a directory of their own they do with a common one as well
	@Test
	@EnabledIfSystemProperty(named = "kill.cycles", matches = ".+")
	void instancesWithDirectoriesOfTheirOwnLoseNothing() throws IOException {
		killInstances("H2, two directories", this.directory::resolve);
	}

	private void killInstances(String title, Function<String, Path> directories) throws IOException {
		try (KillScenario scenario = scenario(
				(name) -> List.of("resilience.delivery.directory=" + directories.apply(name).resolve("store")))) {
			killInstances(scenario);
			verify(title, scenario.finish());
		}
		try (Stream<Path> files = Files.walk(this.directory)) {
			files.map(Path::toString)
				.filter((file) -> file.endsWith(".mv.db"))
				.forEach((file) -> verifyEmpty("jdbc:h2:" + file.substring(0, file.indexOf(".mv.db")) + ";USER=sa"));
		}
	}

	private static void killInstances(KillScenario scenario) {
		for (int i = 0; i < CYCLES; i++) {
			scenario.killInstance(CALLS);
		}
	}

	private KillScenario scenario(Function<String, List<String>> store) {
		return new KillScenario(this.directory, new Random(SEED), store);
	}

	private static void verify(String title, KillReport report) {
		System.out.println(report.render(title + ", kill.seed=" + SEED));
		assertThat(report.lost()).isEmpty();
		assertThat(report.unexpected()).isEmpty();
		assertThat(report.foreignKeys()).isEmpty();
	}

	private static void verifyEmpty(String url) {
		JdbcTemplate jdbc = new JdbcTemplate(new DriverManagerDataSource(url));
		for (String table : List.of(DeliveryStore.TABLE, DeadLetterStore.TABLE)) {
			assertThat(jdbc.queryForList("select * from " + table)).isEmpty();
		}
	}

}
