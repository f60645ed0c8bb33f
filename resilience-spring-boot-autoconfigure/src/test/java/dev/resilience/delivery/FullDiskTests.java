package dev.resilience.delivery;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An embedded database whose file may not grow any more: nobody is told that a call is
 * accepted which is not there afterwards.
 */
@Timeout(120)
class FullDiskTests {

	private static final int KILOBYTES = 2000;

	@TempDir
	Path directory;

	@Test
	void losesNothing() throws Exception {
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "There is no quota here");
		Process process = new ProcessBuilder("/bin/bash", "-c", "ulimit -S -f " + KILOBYTES + "; exec \"$@\"", "bash",
				ProcessHandle.current().info().command().orElse("java"), "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("java.class.path"), FullDiskInstance.class.getName(), this.directory.toString())
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
		List<String> lines = new ArrayList<>();
		try (BufferedReader output = process.inputReader()) {
			readUntilDone(output, lines);
			assertThat(lines).anyMatch((line) -> line.startsWith("refused"));
		}
		finally {
			process.destroyForcibly();
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		}
		DurableApplication.embedded(this.directory)
			.withPropertyValues("resilience.delivery.heartbeat=100ms")
			.run((context) -> {
				MailServer server = DurableApplication.server(context);
				Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> DurableApplication.pending(context) == 0);
				// the one that failed may have been stored
				assertThat(server.taken.stream().map((mail) -> mail.substring(0, mail.indexOf(':'))))
					.containsAll(numbers(lines, "accepted "))
					.isSubsetOf(numbers(lines, ""));
				assertThat(DurableApplication.dead(context)).isZero();
			});
	}

	private static List<String> numbers(List<String> lines, String prefix) {
		return lines.stream()
			.filter((line) -> line.startsWith(prefix))
			.map((line) -> line.substring(line.indexOf(' ') + 1))
			.toList();
	}

	private static void readUntilDone(BufferedReader output, List<String> lines) throws IOException {
		String line = output.readLine();
		while (line != null && !line.equals("done")) {
			if (line.startsWith("accepted ") || line.startsWith("refused ")) {
				lines.add(line);
			}
			line = output.readLine();
		}
		assertThat(line).isEqualTo("done");
	}

}
