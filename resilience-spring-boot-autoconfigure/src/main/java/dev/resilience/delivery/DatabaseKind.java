package dev.resilience.delivery;

import java.util.List;
import java.util.Locale;

import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.MariaDBJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.MySQL8JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import dev.resilience.guard.InvalidDeliveryException;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The databases in which calls can be stored.
 */
enum DatabaseKind {

	H2(new DefaultJdbcCustomization(false)) {
		@Override
		boolean isDurable(JdbcTemplate jdbc) {
			if (jdbc.queryForObject("select database_path()", String.class) == null) {
				return false;
			}
			String delay = jdbc.queryForObject(
					"select max(setting_value) from information_schema.settings where setting_name = 'WRITE_DELAY'",
					String.class);
			if (!"0".equals(delay)) {
				throw new InvalidDeliveryException(
						"the H2 database of the application writes to its file %s ms after a commit, and loses what it has acknowledged when the process is killed"
							.formatted(delay),
						"Add ;WRITE_DELAY=0 to the URL of the H2 database, or use another one.");
			}
			return true;
		}
	},

	POSTGRESQL(new PostgreSqlJdbcCustomization(true, false)) {
		@Override
		boolean isDurable(JdbcTemplate jdbc) {
			return !"off".equals(jdbc.queryForObject("show synchronous_commit", String.class))
					&& !"off".equals(jdbc.queryForObject("show fsync", String.class));
		}

		@Override
		void countRows(JdbcTemplate jdbc) {
			jdbc.execute("analyze " + DeliveryStore.TABLE);
		}
	},

	MYSQL(new MySQL8JdbcCustomization(true)) {
		@Override
		boolean isDurable(JdbcTemplate jdbc) {
			return flushesAtCommit(jdbc);
		}
	},

	MARIADB(new MariaDBJdbcCustomization(true)) {
		@Override
		boolean isDurable(JdbcTemplate jdbc) {
			return flushesAtCommit(jdbc);
		}
	};

	private final JdbcCustomization dialect;

	DatabaseKind(JdbcCustomization dialect) {
		this.dialect = dialect;
	}

	static DatabaseKind of(String product) {
		String name = product.toUpperCase(Locale.ROOT);
		return List.of(values())
			.stream()
			.filter((kind) -> name.equals(kind.name()))
			.findFirst()
			.orElseThrow(() -> new InvalidDeliveryException(
					"calls cannot be stored in a database of the kind '%s'".formatted(product),
					"Use PostgreSQL, MySQL, MariaDB or H2; 'resilience.delivery.data-source' names the bean of another DataSource."));
	}

	private static boolean flushesAtCommit(JdbcTemplate jdbc) {
		return "1".equals(jdbc.queryForObject("select @@innodb_flush_log_at_trx_commit", String.class));
	}

	/** Whether what was committed survives a crash. */
	abstract boolean isDurable(JdbcTemplate jdbc);

	/**
	 * The table has become much larger: PostgreSQL would believe for a minute that it is
	 * nearly empty, and sort all of it to find what is due next.
	 */
	void countRows(JdbcTemplate jdbc) {
	}

	/** How db-scheduler talks to it. */
	JdbcCustomization dialect() {
		return this.dialect;
	}

	/** Whether calls that others are taking can be skipped. */
	boolean skipsLocked() {
		return this.dialect.supportsGenericLockAndFetch();
	}

	/** The directory on the class path with its scripts. */
	String scripts() {
		return "dev/resilience/delivery/" + name().toLowerCase(Locale.ROOT);
	}

}
