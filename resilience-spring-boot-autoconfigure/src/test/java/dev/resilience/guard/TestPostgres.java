package dev.resilience.guard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A PostgreSQL for all tests, started when it is first needed.
 */
public final class TestPostgres {

	private static final AtomicInteger DATABASES = new AtomicInteger();

	private TestPostgres() {
	}

	/**
	 * A new, empty database.
	 * @return its URL, user included
	 */
	public static String database() {
		String name = "test" + DATABASES.incrementAndGet();
		new JdbcTemplate(Server.POSTGRES.getPostgresDatabase()).execute("create database " + name);
		return Server.POSTGRES.getJdbcUrl("postgres", name);
	}

	private static final class Server {

		// ended by its own shutdown hook
		private static final EmbeddedPostgres POSTGRES = start();

		private static EmbeddedPostgres start() {
			try {
				return EmbeddedPostgres.start();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
