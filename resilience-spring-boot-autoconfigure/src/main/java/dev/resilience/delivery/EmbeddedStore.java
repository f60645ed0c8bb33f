package dev.resilience.delivery;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

import javax.sql.DataSource;

import dev.resilience.guard.InvalidDeliveryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/**
 * An H2 database in a file, for applications without a database of their own. One process
 * can use it: others in the same directory have files of their own, and whoever lives
 * takes over what the others have left. It is no DataSource itself, or others would take
 * it for that of the application.
 */
public final class EmbeddedStore implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final String NAME = "deliveries";

	private static final String SUFFIX = ".mv.db";

	private static final int MOST = 64;

	// H2's DATABASE_ALREADY_OPEN_1
	private static final int IN_USE = 90020;

	private final Path directory;

	private final String name;

	private final EmbeddedConnections connections;

	private EmbeddedStore(Path directory, String name, EmbeddedConnections connections) {
		this.directory = directory;
		this.name = name;
		this.connections = connections;
	}

	/**
	 * Open the database, which is made if there is none.
	 * @param directory its directory
	 * @param classLoader which may know H2
	 * @return the store
	 * @throws InvalidDeliveryException if H2 is missing, or the database cannot be opened
	 */
	public static EmbeddedStore open(String directory, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("org.h2.jdbcx.JdbcConnectionPool", classLoader)) {
			throw new InvalidDeliveryException("the application has no DataSource, and no H2 to embed one",
					"Add com.h2database:h2, or a DataSource of PostgreSQL, MySQL or MariaDB.");
		}
		Path path = Path.of(directory).toAbsolutePath();
		for (int number = 1; number <= MOST; number++) {
			String name = (number == 1) ? NAME : NAME + "-" + number;
			EmbeddedConnections connections = connect(path, name, EmbeddedConnections.SHARED);
			if (connections != null) {
				return new EmbeddedStore(path, name, connections);
			}
		}
		throw new InvalidDeliveryException("%d processes use the directory '%s'".formatted(MOST, directory),
				"Give some of them another 'resilience.delivery.directory', or all a database that they share.");
	}

	// null if another process uses it, or if it is to be ours alone and anybody does
	private static @Nullable EmbeddedConnections connect(Path directory, String name, String options) {
		EmbeddedConnections connections = EmbeddedConnections.to(directory.resolve(name), options);
		try {
			connections.getConnection().close();
			return connections;
		}
		catch (SQLException ex) {
			connections.close();
			if (ex.getErrorCode() == IN_USE) {
				return null;
			}
			throw new InvalidDeliveryException("the embedded database '%s' cannot be opened: %s"
				.formatted(directory.resolve(name), ex.getMessage()),
					"See to the directory that 'resilience.delivery.directory' names.");
		}
	}

	/**
	 * Take over what processes have left that use the directory no more.
	 */
	public void adopt() {
		try (DirectoryStream<Path> files = Files.newDirectoryStream(this.directory, NAME + "*" + SUFFIX)) {
			for (Path file : files) {
				String name = file.getFileName().toString();
				adopt(name.substring(0, name.length() - SUFFIX.length()));
			}
		}
		catch (IOException ex) {
			logger.warn("The directory of the embedded database cannot be read", ex);
		}
	}

	private void adopt(String name) {
		if (name.equals(this.name)) {
			return;
		}
		try (EmbeddedConnections left = connect(this.directory, name, EmbeddedConnections.ALONE)) {
			if (left == null) {
				return;
			}
			int calls = new Adoption(left, this.connections).move();
			if (calls > 0) {
				logger.warn("{} durable calls are taken over from a process that is gone, from '{}'", calls, name);
			}
		}
		catch (RuntimeException ex) {
			logger.warn("What a process has left in '{}' cannot be taken over", name, ex);
		}
	}

	/**
	 * Its connections.
	 * @return the data source
	 */
	public DataSource dataSource() {
		return this.connections;
	}

	@Override
	public void close() {
		this.connections.close();
	}

}
