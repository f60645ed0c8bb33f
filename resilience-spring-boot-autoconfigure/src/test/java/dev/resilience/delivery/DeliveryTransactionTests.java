package dev.resilience.delivery;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.DeliveryRejectedException;
import dev.resilience.guard.TestPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Durable calls within transactions: of the database in which they are stored, and of
 * another one.
 */
@Timeout(60)
class DeliveryTransactionTests {

	private static final AtomicLong DATABASES = new AtomicLong();

	static Stream<String> databases() {
		return Stream.of(h2(), TestPostgres.database());
	}

	private static String h2() {
		return "jdbc:h2:mem:delivery-transactions-" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
	}

	private static ApplicationContextRunner storedIn(String url) {
		return DurableApplication.runner()
			.withBean("store", DataSource.class, () -> new DriverManagerDataSource(url))
			.withPropertyValues("resilience.delivery.initialize-schema=always");
	}

	private static TransactionTemplate transactions(ApplicationContext context, String dataSource) {
		return new TransactionTemplate(new DataSourceTransactionManager(context.getBean(dataSource, DataSource.class)));
	}

	private static int stored(ApplicationContext context) {
		Integer count = new JdbcTemplate(context.getBean("store", DataSource.class))
			.queryForObject("select count(*) from resilience_delivery", Integer.class);
		return (count != null) ? count : -1;
	}

	@ParameterizedTest
	@MethodSource("databases")
	void isRolledBackWithTheCaller(String url) {
		storedIn(url).run((context) -> {
			transactions(context, "store").executeWithoutResult((status) -> {
				context.getBean(Mails.class).send(new Mail("a", "rolled back"));
				status.setRollbackOnly();
			});
			assertThat(stored(context)).isZero();
			context.getBean(Mails.class).send(new Mail("a", "kept"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: kept"));
			assertThat(DurableApplication.server(context).received).containsExactly("a: kept");
			assertThat(DurableApplication.deliveries(context, "accepted")).isOne();
		});
	}

	@ParameterizedTest
	@MethodSource("databases")
	void isDeliveredOnlyAfterTheCommit(String url) {
		storedIn(url).run((context) -> {
			transactions(context, "store").executeWithoutResult((status) -> {
				context.getBean(Mails.class).send(new Mail("a", "hello"));
				// what others commit meanwhile is delivered
				Thread other = new Thread(() -> context.getBean(Mails.class).send(new Mail("b", "before")));
				other.start();
				Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: before"));
				assertThat(DurableApplication.server(context).received).containsExactly("b: before");
			});
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: hello"));
		});
	}

	@Test
	void aStoreThatFailsFailsTheCaller() {
		storedIn(h2()).run((context) -> {
			JdbcTemplate jdbc = new JdbcTemplate(context.getBean("store", DataSource.class));
			jdbc.execute("alter table resilience_delivery rename to elsewhere");
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> context.getBean(Mails.class).send(new Mail("a", "hello")))
				.withMessageContaining("it could not be stored")
				.satisfies((ex) -> assertThat(ex.dependency()).isEqualTo("mail"));
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> transactions(context, "store").executeWithoutResult(
						(status) -> context.getBean(Mails.class).send(new Mail("a", "in a transaction"))));
			assertThat(DurableApplication.deliveries(context, "rejected")).isEqualTo(2);
			jdbc.execute("alter table elsewhere rename to resilience_delivery");
			context.getBean(Mails.class).send(new Mail("a", "again"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: again"));
			assertThat(DurableApplication.server(context).received).hasSize(1);
		});
	}

	@Test
	void aTransactionOfAnotherDatabaseDecidesTheSame() {
		storedIn(h2()).withBean("other", DataSource.class, () -> new DriverManagerDataSource(h2()))
			.withPropertyValues("resilience.delivery.data-source=store")
			.run((context) -> {
				transactions(context, "other").executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "rolled back"));
					status.setRollbackOnly();
				});
				assertThat(stored(context)).isZero();
				transactions(context, "other").executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "kept"));
					assertThat(stored(context)).isZero();
				});
				Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: kept"));
				assertThat(DurableApplication.server(context).received).hasSize(1);
				Awaitility.await().until(() -> stored(context) == 0);
			});
	}

	@Test
	void aTransactionOfAnotherDatabaseThatFailsToCommitDropsIt() {
		storedIn(h2()).withBean("other", DataSource.class, () -> new DriverManagerDataSource(h2()))
			.withPropertyValues("resilience.delivery.data-source=store")
			.run((context) -> {
				DataSourceTransactionManager failing = new FailingCommits(context.getBean("other", DataSource.class),
						() -> assertThat(stored(context)).isOne());
				assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> new TransactionTemplate(failing)
						.executeWithoutResult((status) -> context.getBean(Mails.class).send(new Mail("a", "dropped"))))
					.withMessage("No commit");
				assertThat(stored(context)).isZero();
				assertThat(DurableApplication.server(context).received).isEmpty();
			});
	}

	/**
	 * An application with two databases, whose connections commit nothing by themselves.
	 */
	private static ApplicationContextRunner pooled(String url) {
		return DurableApplication.runner()
			.withBean("store", DataSource.class, () -> pool(url))
			.withBean("other", DataSource.class, () -> pool(h2()))
			.withPropertyValues("resilience.delivery.initialize-schema=always",
					"resilience.delivery.data-source=store");
	}

	private static HikariDataSource pool(String url) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setAutoCommit(false);
		return pool;
	}

	private static void register(TransactionSynchronization synchronization) {
		TransactionSynchronizationManager.registerSynchronization(synchronization);
	}

	@ParameterizedTest
	@ValueSource(strings = { "store", "other" })
	void oneThatIsMadeBecauseOfACommitIsStored(String dataSource) {
		pooled(TestPostgres.database()).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			transactions(context, dataSource).executeWithoutResult((status) -> {
				register(new TransactionSynchronization() {
					@Override
					public void beforeCommit(boolean readOnly) {
						mails.send(new Mail("a", "before"));
					}
				});
				register(new TransactionSynchronization() {
					@Override
					public void afterCommit() {
						mails.send(new Mail("a", "after"));
					}
				});
			});
			Awaitility.await()
				.until(() -> DurableApplication.server(context).taken.containsAll(List.of("a: before", "a: after")));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "store", "other" })
	void aStoreThatFailsAfterACommitFailsTheOneWhoCalled(String dataSource) {
		managed(dataSource).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			withoutTable(context);
			AtomicReference<Throwable> told = new AtomicReference<>();
			managed(context).executeWithoutResult((status) -> register(new TransactionSynchronization() {
				@Override
				public void afterCommit() {
					told.set(catchThrowable(() -> mails.send(new Mail("a", "after"))));
				}
			}));
			assertThat(told.get()).isInstanceOf(DeliveryRejectedException.class);
		});
	}

	@Test
	void aStoreThatFailsForOneThatIsMadeBeforeACommitRollsItBack() {
		managed("other").run((context) -> {
			Mails mails = context.getBean(Mails.class);
			JdbcTemplate other = new JdbcTemplate(context.getBean("other", DataSource.class));
			other.execute("create table orders (id int)");
			withoutTable(context);
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> managed(context).executeWithoutResult((status) -> {
					other.update("insert into orders values (1)");
					register(new TransactionSynchronization() {
						@Override
						public void beforeCommit(boolean readOnly) {
							mails.send(new Mail("a", "before"));
						}
					});
				}));
			assertThat(other.queryForObject("select count(*) from orders", Integer.class)).isZero();
			assertThat(DurableApplication.deliveries(context, "accepted")).isZero();
		});
	}

	@Test
	void anInnerTransactionWhileAnotherCommitsDecidesForItself() {
		managed("other").run((context) -> {
			Mails mails = context.getBean(Mails.class);
			TransactionTemplate outer = managed(context);
			TransactionTemplate inner = new TransactionTemplate(outer.getTransactionManager());
			inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			outer.executeWithoutResult((status) -> register(new TransactionSynchronization() {
				@Override
				public void afterCommit() {
					inner.executeWithoutResult((nested) -> {
						mails.send(new Mail("a", "rolled back"));
						nested.setRollbackOnly();
					});
					mails.send(new Mail("a", "kept"));
				}
			}));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: kept"));
			Awaitility.await().until(() -> stored(context) == 0);
			assertThat(DurableApplication.server(context).received).containsExactly("a: kept");
		});
	}

	/**
	 * An application whose transaction manager, of one of two databases, is a bean.
	 */
	private static ApplicationContextRunner managed(String dataSource) {
		return managed((context) -> new DataSourceTransactionManager(context.getBean(dataSource, DataSource.class)));
	}

	private static ApplicationContextRunner managed(
			Function<ApplicationContext, DataSourceTransactionManager> transactionManager) {
		return pooled(h2()).withInitializer((context) -> ((GenericApplicationContext) context)
			.registerBean(DataSourceTransactionManager.class, () -> transactionManager.apply(context)));
	}

	// as when JPA flushes within the commit, and the flush fails
	@ParameterizedTest
	@ValueSource(strings = { "store", "other" })
	void oneThatIsMadeWithinACommitThatFailsIsDroppedWithEverythingElse(String dataSource) {
		managed((context) -> new FailingCommits(context.getBean(dataSource, DataSource.class),
				() -> context.getBean(Mails.class).send(new Mail("a", "within"))))
			.run((context) -> {
				JdbcTemplate jdbc = new JdbcTemplate(context.getBean(dataSource, DataSource.class));
				new JdbcTemplate(
						new DriverManagerDataSource(context.getBean(dataSource, HikariDataSource.class).getJdbcUrl()))
					.execute("create table orders (id int)");
				assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> managed(context)
						.executeWithoutResult((status) -> jdbc.update("insert into orders values (1)")))
					.withMessage("No commit");
				assertThat(jdbc.queryForObject("select count(*) from orders", Integer.class)).isZero();
				assertThat(stored(context)).isZero();
				assertThat(DurableApplication.server(context).received).isEmpty();
			});
	}

	private static void withoutTable(ApplicationContext context) {
		new JdbcTemplate(new DriverManagerDataSource(context.getBean("store", HikariDataSource.class).getJdbcUrl()))
			.execute("alter table resilience_delivery rename to elsewhere");
	}

	private static TransactionTemplate managed(ApplicationContext context) {
		return new TransactionTemplate(context.getBean(DataSourceTransactionManager.class));
	}

	@Test
	void aConnectionThatIsOnlyBoundIsNoTransaction() {
		pooled(TestPostgres.database()).run((context) -> {
			transactions(context, "other").executeWithoutResult((status) -> {
				assertThat(stored(context)).isZero();
				context.getBean(Mails.class).send(new Mail("a", "1"));
			});
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 1"));
		});
	}

	@Test
	void whatIsRolledBackToASavepointIsDropped() {
		storedIn(h2()).withBean("other", DataSource.class, () -> new DriverManagerDataSource(h2()))
			.withPropertyValues("resilience.delivery.data-source=store")
			.run((context) -> {
				TransactionTemplate outer = transactions(context, "other");
				TransactionTemplate inner = new TransactionTemplate(outer.getTransactionManager());
				inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
				Mails mails = context.getBean(Mails.class);
				outer.executeWithoutResult((status) -> {
					mails.send(new Mail("a", "outer"));
					inner.executeWithoutResult((nested) -> {
						mails.send(new Mail("a", "inner"));
						nested.setRollbackOnly();
					});
				});
				Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: outer"));
				Awaitility.await().until(() -> stored(context) == 0);
				assertThat(DurableApplication.server(context).received).containsExactly("a: outer");
			});
	}

	/**
	 * Does something within each commit, then fails and rolls back.
	 */
	private static final class FailingCommits extends DataSourceTransactionManager {

		private final transient Runnable within;

		private FailingCommits(DataSource dataSource, Runnable within) {
			super(dataSource);
			this.within = within;
			setRollbackOnCommitFailure(true);
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.within.run();
			doRollback(status);
			throw new IllegalStateException("No commit");
		}

	}

}
