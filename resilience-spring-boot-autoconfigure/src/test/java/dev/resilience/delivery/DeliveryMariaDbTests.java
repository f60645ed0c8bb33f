package dev.resilience.delivery;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Durable calls in a real MariaDB, where one is installed; with MySQL's driver it is
 * taken for a MySQL, and locks as that does.
 */
@Timeout(120)
class DeliveryMariaDbTests {

	private static final Path SERVER = Path.of("/usr/sbin/mariadbd");

	private static final Path INSTALLER = Path.of("/usr/bin/mariadb-install-db");

	@TempDir
	static Path directory;

	private static Process server;

	private static int port;

	@BeforeAll
	static void start() throws Exception {
		Assumptions.assumeTrue(Files.isExecutable(SERVER) && Files.isExecutable(INSTALLER), "No MariaDB is installed");
		String user = "--user=" + System.getProperty("user.name");
		Path data = directory.resolve("data");
		port = TestSocketUtils.findAvailableTcpPort();
		File log = directory.resolve("log").toFile();
		Process installer = run(log, INSTALLER.toString(), "--no-defaults", user, "--datadir=" + data,
				"--auth-root-authentication-method=normal");
		assertThat(installer.waitFor(60, TimeUnit.SECONDS)).isTrue();
		server = run(log, SERVER.toString(), "--no-defaults", user, "--datadir=" + data, "--port=" + port,
				"--bind-address=127.0.0.1", "--socket=" + directory.resolve("socket"),
				"--pid-file=" + directory.resolve("pid"));
		Awaitility.await()
			.atMost(60, TimeUnit.SECONDS)
			.until(() -> Files.readString(log.toPath()).contains("ready for connections"));
	}

	private static Process run(File log, String... command) throws IOException {
		return new ProcessBuilder(List.of(command)).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
			.start();
	}

	@AfterAll
	static void stop() throws InterruptedException {
		if (server != null) {
			server.destroy();
			server.waitFor(30, TimeUnit.SECONDS);
		}
	}

	private static ApplicationContextRunner with(String driver) {
		return DurableApplication
			.pooled("jdbc:" + driver + "://127.0.0.1:" + port + "/test?createDatabaseIfNotExist=true&user=root");
	}

	@ParameterizedTest
	@ValueSource(strings = { "mariadb", "mysql" })
	void deliversOnceAndInOrder(String driver) {
		ApplicationContextRunner runner = with(driver)
			.withPropertyValues("resilience.dependencies.mail.delivery.key=#mail.to");
		runner.run((first) -> runner.run((second) -> {
			assertThat(DurableApplication.delivery(first)).isNotNull()
				.satisfies((delivery) -> assertThat(delivery.durable()).isTrue());
			IntStream.range(0, 100)
				.forEach((i) -> List.of(first, second)
					.get(i % 2)
					.getBean(Mails.class)
					.send(new Mail("to " + i % 10, String.format("%03d", i))));
			List<String> taken = new ArrayList<>();
			Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> {
				taken.clear();
				taken.addAll(DurableApplication.server(first).taken);
				taken.addAll(DurableApplication.server(second).taken);
				return taken.size() >= 100;
			});
			Awaitility.await().until(() -> DurableApplication.pending(first) == 0);
			assertThat(taken).doesNotHaveDuplicates().hasSize(100);
			assertThat(DurableApplication.server(first).taken.stream().filter((mail) -> mail.startsWith("to 3")))
				.isSorted();
		}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "mariadb", "mysql" })
	void deadLettersComeBack(String driver) {
		with(driver).withPropertyValues("resilience.dependencies.mail.delivery.max-attempts=2").run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> DurableApplication.dead(context) == 1);
			assertThat(context.getBean(DeadLetterBox.class).page("mail", 0, 10, true)).singleElement()
				.satisfies((letter) -> assertThat(letter.attempts()).isEqualTo(2));
			DurableApplication.server(context).heal();
			assertThat(context.getBean(DeadLetterBox.class).requeue("mail", "all of them")).isZero();
			assertThat(context.getBean(DeadLetterBox.class).requeue("mail", null)).isOne();
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 1"));
		});
	}

}
