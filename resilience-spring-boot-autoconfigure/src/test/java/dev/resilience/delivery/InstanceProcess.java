package dev.resilience.delivery;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * A running {@link KilledInstance}: it is told what to do, and what it says is noted.
 */
final class InstanceProcess {

	private static final long PATIENCE_SECONDS = 60;

	private final String name;

	private final ParcelLedger ledger;

	private final Process process;

	private final Writer commands;

	private final Thread reader;

	private final Workload workload;

	private final CompletableFuture<Void> ready = new CompletableFuture<>();

	private final BlockingQueue<Long> counts = new LinkedBlockingQueue<>();

	private InstanceProcess(String name, ParcelLedger ledger, Process process) {
		this.name = name;
		this.ledger = ledger;
		this.process = process;
		this.commands = process.outputWriter(StandardCharsets.UTF_8);
		this.workload = new Workload(name, this::command);
		this.reader = new Thread(this::read, "output of " + name);
		this.reader.start();
	}

	/**
	 * Start an instance.
	 * @param name its name, which no other one has had
	 * @param ledger in which it is noted what it says
	 * @param properties of the application
	 * @param log where its logs go
	 */
	static InstanceProcess start(String name, ParcelLedger ledger, List<String> properties, Path log) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m",
						// else the JDK itself sends a request again
						"-Dsun.net.http.retryPost=false", "-Dparcels.sender=" + name));
		properties.forEach((property) -> command.add("-D" + property));
		command.addAll(List.of("-cp", classPath(), KilledInstance.class.getName()));
		try {
			return new InstanceProcess(name, ledger,
					new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// without Mockito, which we initialize wherever it is: a third of the time of a start
	private static String classPath() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.contains("mockito") && !entry.contains("byte-buddy"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
			output.lines().forEach(this::said);
		}
		catch (IOException | UncheckedIOException ex) {
			// it was killed
		}
		this.ready.completeExceptionally(new IllegalStateException("It has ended"));
	}

	private void said(String line) {
		String[] words = line.split(" ");
		switch (words[0]) {
			case "ready" -> this.ready.complete(null);
			case "pending" -> this.counts.add(Long.parseLong(words[1]));
			case "begun" -> this.ledger.begun(words[1]);
			case "accepted" -> {
				this.ledger.accepted(words[1]);
				this.workload.wasAccepted();
			}
			case "refused" -> {
				this.ledger.refused(words[1]);
				this.workload.wasRefused();
			}
			case "failed" -> {
				this.ledger.failed(words[1]);
				this.workload.wasRefused();
			}
			default -> throw new IllegalStateException("The instance " + this.name + " says: " + line);
		}
	}

	private void command(String command) {
		try {
			this.commands.write(command + '\n');
			this.commands.flush();
		}
		catch (IOException ex) {
			// it is dead: nobody expects anything of it
		}
	}

	void awaitReady() {
		try {
			this.ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new AssertionError("The instance " + this.name + " has not started", ex);
		}
	}

	/** The calls that it makes. */
	Workload workload() {
		return this.workload;
	}

	/** How many calls its store has. */
	long pending() {
		command("count");
		try {
			Long pending = this.counts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
			return (pending != null) ? pending : -1;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return -1;
		}
	}

	/** End it as if somebody had pulled the plug. */
	void kill() {
		// by its handle, because the process itself would close the output that is still
		// to be read
		this.process.toHandle().destroyForcibly();
		this.process.onExit().join();
		this.ledger.died(this.name);
		stop();
	}

	/** Let it end, and hear all that it has to say. */
	void stop() {
		try {
			this.commands.close();
		}
		catch (IOException ex) {
			// it is dead already
		}
		try {
			if (!this.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
				throw new AssertionError("The instance " + this.name + " does not stop");
			}
			this.reader.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
