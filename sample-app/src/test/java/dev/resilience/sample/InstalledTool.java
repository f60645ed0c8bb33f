package dev.resilience.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.opentest4j.TestAbortedException;

/**
 * A program that the machine has or has not. What needs it is skipped without it, and
 * fails where {@code .ci/run} says that it should be there.
 */
final class InstalledTool {

	private final Path path;

	private InstalledTool(Path path) {
		this.path = path;
	}

	static InstalledTool named(String name) {
		return Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
			.map((directory) -> Path.of(directory, name))
			.filter(Files::isExecutable)
			.findFirst()
			.map(InstalledTool::new)
			.orElseThrow(() -> missing(name));
	}

	private static RuntimeException missing(String name) {
		String message = name + " is not installed: nothing was tested with it";
		if ("true".equals(System.getenv("RESILIENCE_CI"))) {
			throw new AssertionError(message);
		}
		return new TestAbortedException(message);
	}

	Path path() {
		return this.path;
	}

	/** Start it; its errors are part of its output. */
	Process start(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of(this.path.toString()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		return process;
	}

	/**
	 * Run it to its end.
	 * @return what it complains about, nothing if all is well
	 */
	String complaintsOf(String... arguments) throws IOException, InterruptedException {
		Process process = start(arguments);
		String output = new String(process.getInputStream().readAllBytes());
		return (process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0) ? "" : output;
	}

}
