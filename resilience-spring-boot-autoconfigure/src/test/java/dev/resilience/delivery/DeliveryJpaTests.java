package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.DeliveryRejectedException;
import dev.resilience.guard.TestPostgres;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PostPersist;
import jakarta.persistence.PreUpdate;
import jakarta.persistence.Transient;
import jakarta.validation.ValidationException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Durable calls within transactions of JPA, which writes to its database only when it
 * commits.
 */
@Timeout(60)
class DeliveryJpaTests {

	private static final AtomicLong DATABASES = new AtomicLong();

	private static final Runnable NOTHING = () -> {
	};

	private static String h2() {
		return "jdbc:h2:mem:delivery-jpa-" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
	}

	// each of two databases, pools with and without auto-commit, stores of two kinds
	static Stream<Arguments> applications() {
		return Stream.of(Arguments.of("store", true, h2()), Arguments.of("store", false, TestPostgres.database()),
				Arguments.of("other", true, TestPostgres.database()), Arguments.of("other", false, h2()));
	}

	/**
	 * An application whose entities are in one of two databases, each of which has few
	 * connections.
	 */
	private static ApplicationContextRunner jpa(String dataSource, boolean autoCommit, String store) {
		return DurableApplication.runner()
			.withBean("store", DataSource.class, () -> pool(store, autoCommit))
			.withBean("other", DataSource.class, () -> pool(h2(), autoCommit))
			.withPropertyValues("resilience.delivery.initialize-schema=always", "resilience.delivery.data-source=store")
			.withInitializer((context) -> {
				GenericApplicationContext beans = (GenericApplicationContext) context;
				beans.registerBean(LocalContainerEntityManagerFactoryBean.class,
						() -> entities(context.getBean(dataSource, DataSource.class)));
				beans.registerBean(JpaTransactionManager.class,
						() -> new JpaTransactionManager(context.getBean(EntityManagerFactory.class)));
			});
	}

	private static HikariDataSource pool(String url, boolean autoCommit) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setAutoCommit(autoCommit);
		return pool;
	}

	private static LocalContainerEntityManagerFactoryBean entities(DataSource dataSource) {
		LocalContainerEntityManagerFactoryBean entities = new LocalContainerEntityManagerFactoryBean();
		entities.setDataSource(dataSource);
		entities.setManagedTypes(PersistenceManagedTypes.of(Parcel.class.getName()));
		entities.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
		entities.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
		return entities;
	}

	private static TransactionTemplate transactions(ApplicationContext context) {
		return new TransactionTemplate(context.getBean(JpaTransactionManager.class));
	}

	private static EntityManager entities(ApplicationContext context) {
		return SharedEntityManagerCreator.createSharedEntityManager(context.getBean(EntityManagerFactory.class));
	}

	private static int count(ApplicationContext context, String dataSource, String table) {
		HikariDataSource pool = context.getBean(dataSource, HikariDataSource.class);
		Integer count = new JdbcTemplate(new DriverManagerDataSource(pool.getJdbcUrl()))
			.queryForObject("select count(*) from " + table, Integer.class);
		return (count != null) ? count : -1;
	}

	private static void assertNothingCame(ApplicationContext context, String dataSource) {
		assertThat(count(context, "store", "resilience_delivery")).isZero();
		assertThat(count(context, dataSource, "parcel")).isZero();
		context.getBean(Mails.class).send(new Mail("a", "next"));
		assertTaken(context, "a: next");
	}

	private static void assertTaken(ApplicationContext context, String... mails) {
		Awaitility.await().until(() -> DurableApplication.server(context).taken.containsAll(List.of(mails)));
		Awaitility.await().until(() -> count(context, "store", "resilience_delivery") == 0);
		assertThat(DurableApplication.server(context).received).containsExactlyInAnyOrder(mails);
	}

	private static void register(Runnable afterCommit) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void afterCommit() {
				afterCommit.run();
			}
		});
	}

	@ParameterizedTest
	@MethodSource("applications")
	void oneThatIsMadeWhileJpaFlushesIsDelivered(String dataSource, boolean autoCommit, String url) {
		jpa(dataSource, autoCommit, url).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			transactions(context).executeWithoutResult((status) -> {
				mails.send(new Mail("a", "before"));
				entities.persist(new Parcel("1", "x", () -> mails.send(new Mail("a", "persisted"))));
			});
			transactions(context).executeWithoutResult((status) -> {
				Parcel parcel = entities.find(Parcel.class, "1");
				parcel.then = () -> mails.send(new Mail("a", "updated"));
				parcel.code = "y";
			});
			assertTaken(context, "a: before", "a: persisted", "a: updated");
			assertThat(DurableApplication.deliveries(context, "accepted")).isEqualTo(3);
		});
	}

	@ParameterizedTest
	@MethodSource("applications")
	void oneThatIsMadeInAFlushThatFailsIsDropped(String dataSource, boolean autoCommit, String url) {
		jpa(dataSource, autoCommit, url).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			List<Integer> held = new ArrayList<>();
			assertThatExceptionOfType(DataIntegrityViolationException.class)
				.isThrownBy(() -> transactions(context).executeWithoutResult((status) -> {
					mails.send(new Mail("a", "before"));
					entities.persist(new Parcel("1", "same", () -> {
						mails.send(new Mail("a", "persisted"));
						held.add(count(context, "store", "resilience_delivery"));
					}));
					entities.persist(new Parcel("2", "same", NOTHING));
				}));
			assertThat(held).containsExactly("other".equals(dataSource) ? 2 : 0);
			assertNothingCame(context, dataSource);
		});
	}

	// Spring does not say then that the transaction was rolled back
	@ParameterizedTest
	@MethodSource("applications")
	void oneOfAFlushThatSomebodyElseEndsIsDropped(String dataSource, boolean autoCommit, String url) {
		jpa(dataSource, autoCommit, url).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> transactions(context).executeWithoutResult((status) -> {
					mails.send(new Mail("a", "before"));
					entities.persist(new Parcel("1", "x", () -> {
						throw new ValidationException("Not valid");
					}));
				}));
			assertNothingCame(context, dataSource);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "store", "other" })
	void oneThatCannotBeStoredWhileJpaFlushesRollsItBack(String dataSource) {
		jpa(dataSource, true, h2()).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			JdbcTemplate store = new JdbcTemplate(
					new DriverManagerDataSource(context.getBean("store", HikariDataSource.class).getJdbcUrl()));
			AtomicReference<Throwable> told = new AtomicReference<>();
			store.execute("alter table resilience_delivery rename to elsewhere");
			assertThatExceptionOfType(TransactionSystemException.class).isThrownBy(() -> transactions(context)
				.executeWithoutResult((status) -> entities.persist(new Parcel("1", "x", () -> {
					try {
						mails.send(new Mail("a", "rejected"));
					}
					catch (DeliveryRejectedException ex) {
						told.set(ex);
						throw ex;
					}
				}))));
			assertThat(told.get()).isNotNull();
			store.execute("alter table elsewhere rename to resilience_delivery");
			assertNothingCame(context, dataSource);
		});
	}

	@ParameterizedTest
	@MethodSource("applications")
	void oneThatIsMadeBecauseOfACommitIsDelivered(String dataSource, boolean autoCommit, String url) {
		jpa(dataSource, autoCommit, url).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			TransactionTemplate inner = transactions(context);
			inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			transactions(context).executeWithoutResult((status) -> {
				entities.persist(new Parcel("1", "x", NOTHING));
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
					@Override
					public void beforeCompletion() {
						mails.send(new Mail("a", "before completion"));
					}

					@Override
					public void afterCommit() {
						mails.send(new Mail("a", "after commit"));
						inner.executeWithoutResult((nested) -> {
							mails.send(new Mail("a", "rolled back"));
							nested.setRollbackOnly();
						});
					}

					@Override
					public void afterCompletion(int outcome) {
						mails.send(new Mail("a", "after completion"));
					}
				});
			});
			assertTaken(context, "a: before completion", "a: after commit", "a: after completion");
		});
	}

	// as for many threads that commit at once
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneThatIsMadeBecauseOfACommitNeedsNoOtherConnection(boolean autoCommit) {
		jpa("store", autoCommit, h2()).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			EntityManager entities = entities(context);
			HikariDataSource pool = context.getBean("store", HikariDataSource.class);
			AtomicReference<Throwable> told = new AtomicReference<>();
			transactions(context).executeWithoutResult((status) -> {
				entities.persist(new Parcel("1", "x", NOTHING));
				register(() -> {
					List<Connection> others = takeAll(pool);
					told.set(catchThrowable(() -> mails.send(new Mail("a", "after"))));
					others.forEach(pool::evictConnection);
				});
			});
			assertThat(told.get()).isNull();
			assertTaken(context, "a: after");
		});
	}

	private static List<Connection> takeAll(HikariDataSource pool) {
		pool.setConnectionTimeout(250);
		List<Connection> all = new ArrayList<>();
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(() -> {
			while (true) {
				all.add(pool.getConnection());
			}
		});
		return all;
	}

	@ParameterizedTest
	@ValueSource(strings = { "page", "requeue" })
	void deadLettersDoNotCommitTheTransactionOfJpa(String what) {
		jpa("store", true, h2()).run((context) -> {
			DeadLetterBox deadLetters = context.getBean(DeadLetterBox.class);
			EntityManager entities = entities(context);
			transactions(context).executeWithoutResult((status) -> {
				entities.persist(new Parcel("1", "x", NOTHING));
				entities.flush();
				if ("page".equals(what)) {
					deadLetters.page("mail", 0, 10, false);
				}
				else {
					deadLetters.requeue("mail", null);
				}
				status.setRollbackOnly();
			});
			assertThat(count(context, "store", "parcel")).isZero();
		});
	}

	/**
	 * A parcel whose code is unique.
	 */
	@Entity(name = "parcel")
	static class Parcel {

		@Id
		private String id;

		@Column(unique = true)
		private String code;

		@Transient
		private Runnable then = NOTHING;

		Parcel() {
		}

		Parcel(String id, String code, Runnable then) {
			this.id = id;
			this.code = code;
			this.then = then;
		}

		@PostPersist
		@PreUpdate
		void flushed() {
			this.then.run();
		}

	}

}
