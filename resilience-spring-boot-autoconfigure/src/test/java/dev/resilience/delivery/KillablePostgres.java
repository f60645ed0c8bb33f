package dev.resilience.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A PostgreSQL that is used as in production: it keeps what it has committed, even if it
 * is killed.
 */
final class KillablePostgres implements AutoCloseable {

	private final Path data;

	private final int port;

	private EmbeddedPostgres server;

	private KillablePostgres(Path data, EmbeddedPostgres server) {
		this.data = data;
		this.port = server.getPort();
		this.server = server;
	}

	/**
	 * Start a server.
	 * @param data the directory of its data, which is empty
	 */
	static KillablePostgres start(Path data) {
		return new KillablePostgres(data, start(data, 0));
	}

	private static EmbeddedPostgres start(Path data, int port) {
		try {
			return EmbeddedPostgres.builder()
				.setDataDirectory(data)
				.setCleanDataDirectory(false)
				.setPort(port)
				.setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
				// both are off by default in tests
				.setServerConfig("fsync", "on")
				.setServerConfig("synchronous_commit", "on")
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Make a database.
	 * @return its URL, user included
	 */
	String database(String name) {
		new JdbcTemplate(this.server.getPostgresDatabase()).execute("create database " + name);
		return this.server.getJdbcUrl("postgres", name);
	}

	/** Kill all of its processes. */
	void kill() {
		ProcessHandle postmaster = ProcessHandle.of(postmaster()).orElseThrow();
		List<ProcessHandle> processes = Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
		// the first one first: it could start others
		processes.forEach(ProcessHandle::destroyForcibly);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
	}

	private long postmaster() {
		try (Stream<String> lines = Files.lines(this.data.resolve("postmaster.pid"))) {
			return Long.parseLong(lines.findFirst().orElseThrow().strip());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Start it again after it was killed, with the same data, under the same URLs. */
	void restart() {
		// it complains that there is nothing to stop, and lets go of the directory
		close();
		this.server = start(this.data, this.port);
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
