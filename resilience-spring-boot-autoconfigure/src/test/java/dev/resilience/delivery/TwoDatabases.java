package dev.resilience.delivery;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications with two databases, in one of which calls are stored. Each has a
 * transaction manager that is a bean.
 */
final class TwoDatabases {

	private static final AtomicLong DATABASES = new AtomicLong();

	private TwoDatabases() {
	}

	static String h2() {
		return "jdbc:h2:mem:two-databases-" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
	}

	static ApplicationContextRunner runner() {
		return runner(true);
	}

	/** Whose connections commit by themselves, or do not. */
	static ApplicationContextRunner runner(boolean autoCommit) {
		return runner(autoCommit, h2(), JdbcTransactionManager::new);
	}

	/** Whose other database has a transaction manager of some kind. */
	static ApplicationContextRunner runner(String other,
			Function<DataSource, DataSourceTransactionManager> transactionManager) {
		return runner(true, other, transactionManager);
	}

	private static ApplicationContextRunner runner(boolean autoCommit, String other,
			Function<DataSource, DataSourceTransactionManager> transactionManager) {
		return DurableApplication.runner()
			.withBean("store", DataSource.class, () -> pool(h2(), autoCommit))
			.withBean("other", DataSource.class, () -> pool(other, autoCommit))
			.withPropertyValues("resilience.delivery.initialize-schema=always", "resilience.delivery.data-source=store")
			.withInitializer((context) -> {
				GenericApplicationContext beans = (GenericApplicationContext) context;
				beans.registerBean("storeTransactions", DataSourceTransactionManager.class,
						() -> new JdbcTransactionManager(context.getBean("store", DataSource.class)));
				beans.registerBean("otherTransactions", DataSourceTransactionManager.class,
						() -> transactionManager.apply(context.getBean("other", DataSource.class)));
			});
	}

	private static HikariDataSource pool(String url, boolean autoCommit) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setAutoCommit(autoCommit);
		return pool;
	}

	/** Transactions of the database in which calls are stored. */
	static TransactionTemplate ofStore(ApplicationContext context) {
		return new TransactionTemplate(context.getBean("storeTransactions", DataSourceTransactionManager.class));
	}

	/** Transactions of the other database. */
	static TransactionTemplate ofOther(ApplicationContext context) {
		return new TransactionTemplate(context.getBean("otherTransactions", DataSourceTransactionManager.class));
	}

	/** The store, seen from outside of all transactions. */
	static JdbcTemplate store(ApplicationContext context) {
		return new JdbcTemplate(
				new DriverManagerDataSource(context.getBean("store", HikariDataSource.class).getJdbcUrl()));
	}

	static int count(ApplicationContext context, String table) {
		Integer count = store(context).queryForObject("select count(*) from " + table, Integer.class);
		return (count != null) ? count : -1;
	}

	static void assertTaken(ApplicationContext context, String... mails) {
		Awaitility.await().until(() -> count(context, "resilience_delivery") == 0);
		assertThat(DurableApplication.server(context).taken).containsExactlyInAnyOrder(mails);
	}

	/** What was stored is gone, and the next one is the first one that comes. */
	static void assertNothingCame(ApplicationContext context) {
		assertThat(count(context, "resilience_delivery")).isZero();
		context.getBean(Mails.class).send(new Mail("a", "next"));
		assertTaken(context, "a: next");
		assertThat(DurableApplication.server(context).received).hasSize(1);
	}

}
