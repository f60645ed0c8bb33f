package dev.resilience.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * A shop in a process of its own, on a port of its own.
 */
final class ShopProcess implements AutoCloseable {

	private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

	private final Process process;

	private final StringBuffer log = new StringBuffer();

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	private ShopProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "log of the shop");
		reader.setDaemon(true);
		reader.start();
	}

	static ShopProcess start(String classPath, String... options) throws IOException {
		List<String> command = new ArrayList<>(List.of(options));
		command.addAll(List.of("-cp", classPath, ShopApplication.class.getName(), "--server.port=0",
				"--spring.profiles.active=fast"));
		return new ShopProcess(java(command).start());
	}

	static ProcessBuilder java(List<String> arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
		command.addAll(arguments);
		return new ProcessBuilder(command).redirectErrorStream(true);
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			lines.lines().forEach((line) -> {
				this.log.append(line).append('\n');
				Matcher started = STARTED.matcher(line);
				if (started.find()) {
					this.port.complete(Integer.valueOf(started.group(1)));
				}
			});
		}
		catch (IOException | UncheckedIOException ex) {
			// the process was ended
		}
		this.port.completeExceptionally(new IllegalStateException("The shop did not start:\n" + this.log));
	}

	/** Waits until it serves. */
	ShopDriver driver() {
		return new ShopDriver(
				RestTestClient.bindToServer().baseUrl("http://localhost:%d".formatted(this.port.join())).build());
	}

	String log() {
		return this.log.toString();
	}

	/** Ends it at once, whatever it is doing: {@code kill -9}. */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
