package dev.resilience.delivery;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several processes that have their embedded databases in one directory.
 */
@Timeout(60)
class EmbeddedStoreTests {

	@Test
	void whoLivesTakesOverWhatTheOthersHaveLeft(@TempDir Path directory) throws Exception {
		Process other = new ProcessBuilder(ProcessHandle.current().info().command().orElse("java"),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Leaving.class.getName(),
				directory.toString())
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		try (BufferedReader output = other.inputReader()) {
			String line = output.readLine();
			while (line != null && !line.equals("accepted")) {
				line = output.readLine();
			}
			assertThat(line).isEqualTo("accepted");
			// both work side by side
			DurableApplication.embedded(directory).run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Mails.class).send(new Mail("b", "mine"));
				Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: mine"));
				assertThat(directory.resolve("deliveries-2.mv.db")).exists();
				assertThat(DurableApplication.server(context).received).containsExactly("b: mine");
			});
			other.destroyForcibly();
			assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
		}
		Files.move(directory.resolve("deliveries.mv.db"), directory.resolve("deliveries-3.mv.db"));
		DurableApplication.embedded(directory)
			.run((context) -> Awaitility.await()
				.until(() -> DurableApplication.server(context).taken.contains("a: left")));
		// and once only
		DurableApplication.embedded(directory).run((context) -> {
			context.getBean(Mails.class).send(new Mail("b", "again"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: again"));
			assertThat(DurableApplication.server(context).received).containsExactly("b: again");
		});
	}

	@Test
	void whatAnotherContextOfThisProcessUsesIsNotTakenOver(@TempDir Path directory) throws Exception {
		Path first = Files.createFile(directory.resolve("deliveries.mv.db"));
		EmbeddedStore second;
		try (FileChannel channel = FileChannel.open(first, StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
			assertThat(lock.isValid()).isTrue();
			second = EmbeddedStore.open(directory.toString(), null);
		}
		try (EmbeddedStore adopting = second; EmbeddedStore living = EmbeddedStore.open(directory.toString(), null)) {
			assertThat(directory.resolve("deliveries-2.mv.db")).exists();
			ResourceDatabasePopulator tables = new ResourceDatabasePopulator(
					new ClassPathResource(DatabaseKind.H2.scripts() + TableCreation.SCRIPT));
			tables.execute(adopting.dataSource());
			tables.execute(living.dataSource());
			new DeliveryStore(living.dataSource(), DatabaseKind.H2, true)
				.add(List.of(new Letter("1", "mail", "mail/send", new byte[0], null, Instant.now())));
			adopting.adopt();
			assertThat(new JdbcTemplate(living.dataSource()).queryForObject("select count(*) from resilience_delivery",
					Integer.class))
				.isOne();
		}
	}

	@Test
	void oneThatHasClosedItselfIsOpenedAnew(@TempDir Path directory) {
		DurableApplication.embedded(directory).run((context) -> {
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 1"));
			new JdbcTemplate(context.getBean(EmbeddedStore.class).dataSource()).execute("shutdown immediately");
			context.getBean(Mails.class).send(new Mail("a", "2"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 2"));
		});
	}

	/**
	 * A process that leaves a call behind.
	 */
	static final class Leaving {

		private Leaving() {
		}

		public static void main(String[] arguments) {
			DurableApplication.embedded(Path.of(arguments[0])).run((context) -> {
				DurableApplication.server(context).breakDown();
				context.getBean(Mails.class).send(new Mail("a", "left"));
				System.out.println("accepted");
				// until it is killed
				new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
			});
		}

	}

}
