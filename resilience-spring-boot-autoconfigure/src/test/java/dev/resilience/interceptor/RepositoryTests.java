package dev.resilience.interceptor;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.UUID;

import javax.sql.DataSource;

import dev.resilience.Dependency;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.dao.DataAccessException;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.CannotCreateTransactionException;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * Repositories of Spring Data, with a database that goes away.
 */
class RepositoryTests {

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void guardsTheMethodsOfARepository(boolean lazy) {
		runner(Repositories.class).withInitializer((context) -> beLazy(context, lazy)).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			assertThat(orders.nameOf(1)).isEqualTo("first");
			assertThat(Guarded.calls(context, "orders")).isOne();
			reachable(context, false);
			assertThat(orders.nameOf(1)).isEqualTo("unknown");
			assertThat(Guarded.calls(context, "orders")).isEqualTo(3);
			// what carries no annotation is not guarded
			assertThatExceptionOfType(CannotCreateTransactionException.class).isThrownBy(orders::count);
			assertThat(Guarded.calls(context, "orders")).isEqualTo(3);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void guardsWhatAnAnnotatedRepositoryInherits(boolean lazy) {
		runner(Repositories.class).withInitializer((context) -> beLazy(context, lazy)).run((context) -> {
			Stock stock = context.getBean(Stock.class);
			CrudRepository<Item, Integer> repository = stock;
			assertThat(stock.findById(1)).map(Item::name).hasValue("first");
			assertThat(repository.findById(1)).map(Item::name).hasValue("first");
			assertThat(stock.findAll()).hasSize(1);
			assertThat(repository.findAll()).hasSize(1);
			assertThat(stock.count()).isOne();
			assertThat(repository.count()).isOne();
			assertThat(stock.save(new Item(null, "second")).id()).isEqualTo(2);
			assertThat(repository.save(new Item(null, "third")).id()).isEqualTo(3);
			assertThat(Guarded.calls(context, "stock")).isEqualTo(8);
		});
	}

	@Test
	void servesEmptyResultsForAnAnnotatedRepositoryWhoseDatabaseIsDown() {
		runner(Repositories.class).run((context) -> {
			Stock stock = context.getBean(Stock.class);
			reachable(context, false);
			assertThat(stock.findById(1)).isEmpty();
			assertThat(stock.findAll()).isEmpty();
			assertThat(partner(context, "stock").failures()).containsExactly(entry(FailureKind.CONNECTION_REFUSED, 2L));
		});
	}

	@Test
	void opensTheBreakerOfACriticalOperation() {
		runner(Repositories.class).withPropertyValues("resilience.dependencies.stock.breaker.min-calls=4")
			.run((context) -> {
				Stock stock = context.getBean(Stock.class);
				reachable(context, false);
				for (int i = 0; i < 2; i++) {
					assertThat(stock.findAll()).isEmpty();
				}
				reachable(context, true);
				assertThatExceptionOfType(DependencyUnavailableException.class)
					.isThrownBy(() -> ((CrudRepository<Item, Integer>) stock).count());
			});
	}

	@Test
	void takesWhatTheDatabaseRejectsForAnAnswer() {
		runner(Repositories.class).run((context) -> {
			Stock stock = context.getBean(Stock.class);
			assertThatExceptionOfType(DataAccessException.class)
				.isThrownBy(() -> stock.save(new Item(null, "x".repeat(100))));
			assertThat(partner(context, "stock").failures()).containsEntry(FailureKind.CLIENT_ERROR, 1L);
		});
	}

	@Test
	void refusesAnInheritedMethodWithoutAWayOut() {
		assertThat(Guarded.refusal(runner(WithoutWayOut.class)))
			.startsWith("The DEGRADED @Dependency method org.springframework.data.repository.CrudRepository.");
	}

	private static ApplicationContextRunner runner(Class<?> repositories) {
		EmbeddedDatabase database = new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2)
			.setName(UUID.randomUUID().toString())
			.build();
		JdbcTemplate jdbc = new JdbcTemplate(database);
		jdbc.execute("create table ITEMS (ID int generated by default as identity primary key, NAME varchar(10))");
		jdbc.execute("insert into ITEMS (NAME) values ('first')");
		return Guarded.runner(repositories)
			.withConfiguration(AutoConfigurations.of(JdbcTemplateAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
					DataJdbcRepositoriesAutoConfiguration.class))
			.withPropertyValues("resilience.types.degraded.retry.backoff.initial=1ms",
					"resilience.types.critical.retry.backoff.initial=1ms")
			.withBean(FailingDataSource.class, () -> new FailingDataSource(database));
	}

	private static void beLazy(ConfigurableApplicationContext context, boolean lazy) {
		if (lazy) {
			context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
		}
	}

	private static void reachable(ApplicationContext context, boolean reachable) {
		context.getBean(FailingDataSource.class).reachable = reachable;
	}

	private static DependencyDescriptor partner(ApplicationContext context, String name) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get(name);
	}

	@Table("ITEMS")
	record Item(@Id @Nullable Integer id, String name) {
	}

	interface Orders extends CrudRepository<Item, Integer> {

		@Query("select NAME from ITEMS where ID = :id")
		@Dependency(name = "orders", type = DEGRADED, fallback = "unknown")
		String nameOf(int id);

		default String unknown(int id) {
			return "unknown";
		}

	}

	@Dependency(name = "stock", type = DEGRADED)
	interface Stock extends ListCrudRepository<Item, Integer> {

		@Override
		@Dependency(type = CRITICAL)
		<S extends Item> S save(S item);

		@Override
		@Dependency(type = CRITICAL)
		boolean existsById(Integer id);

		@Override
		@Dependency(type = CRITICAL)
		long count();

	}

	@Dependency(name = "stock", type = DEGRADED)
	interface Numbers extends CrudRepository<Item, Integer> {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableJdbcRepositories(considerNestedRepositories = true,
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Numbers.class))
	static class Repositories {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableJdbcRepositories(considerNestedRepositories = true,
			excludeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = { Orders.class, Stock.class }))
	static class WithoutWayOut {

	}

	static class FailingDataSource extends DelegatingDataSource {

		private volatile boolean reachable = true;

		FailingDataSource(DataSource target) {
			super(target);
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (!this.reachable) {
				throw new SQLNonTransientConnectionException("down", "08001");
			}
			return super.getConnection();
		}

	}

}
