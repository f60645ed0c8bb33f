package dev.resilience.delivery;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Durable calls whose store is a proxy that takes part in transactions.
 */
@Timeout(60)
class ProxiedStoreTests {

	private final String url = TwoDatabases.h2();

	private final ApplicationContextRunner runner = DurableApplication.runner()
		.withBean("pool", HikariDataSource.class, this::pool)
		.withPropertyValues("resilience.delivery.initialize-schema=always", "resilience.delivery.data-source=store")
		.withInitializer((context) -> {
			GenericApplicationContext beans = (GenericApplicationContext) context;
			beans.registerBean("store", DataSource.class,
					() -> new TransactionAwareDataSourceProxy(context.getBean(HikariDataSource.class)));
			beans.registerBean(JdbcTransactionManager.class,
					() -> new JdbcTransactionManager(context.getBean("store", DataSource.class)));
		});

	private HikariDataSource pool() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(this.url);
		return pool;
	}

	@Test
	void aCallIsStoredInTheTransaction() {
		this.runner.run((context) -> {
			transactions(context).executeWithoutResult((status) -> {
				context.getBean(Mails.class).send(new Mail("a", "rolled back"));
				assertThat(stored(context.getBean("store", DataSource.class))).isOne();
				assertThat(stored(new DriverManagerDataSource(this.url))).isZero();
				status.setRollbackOnly();
			});
			assertThat(stored(new DriverManagerDataSource(this.url))).isZero();
			transactions(context)
				.executeWithoutResult((status) -> context.getBean(Mails.class).send(new Mail("a", "committed")));
			Awaitility.await().until(() -> stored(new DriverManagerDataSource(this.url)) == 0);
			assertThat(DurableApplication.server(context).received).containsExactly("a: committed");
		});
	}

	private static TransactionTemplate transactions(ApplicationContext context) {
		return new TransactionTemplate(context.getBean(JdbcTransactionManager.class));
	}

	private static int stored(DataSource dataSource) {
		Integer stored = new JdbcTemplate(dataSource).queryForObject("select count(*) from resilience_delivery",
				Integer.class);
		return (stored != null) ? stored : -1;
	}

}
