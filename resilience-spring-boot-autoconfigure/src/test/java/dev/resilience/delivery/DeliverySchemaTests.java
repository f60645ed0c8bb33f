package dev.resilience.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.resilience.guard.InvalidDeliveryException;
import dev.resilience.guard.TestPostgres;
import dev.resilience.registry.DependencyDescriptor;
import liquibase.integration.spring.SpringLiquibase;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * In which databases calls are stored, who makes the tables, and what is refused.
 */
@Timeout(60)
class DeliverySchemaTests {

	private static final AtomicLong DATABASES = new AtomicLong();

	static Stream<String> databases() {
		return Stream.of(memory(), TestPostgres.database());
	}

	private static String memory() {
		return "jdbc:h2:mem:delivery-schema-" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1";
	}

	private static ApplicationContextRunner with(String url) {
		return DurableApplication.runner().withBean("store", DataSource.class, () -> new DriverManagerDataSource(url));
	}

	private static void delivers(ApplicationContextRunner runner) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Mails.class).send(new Mail("a", "hello"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: hello"));
		});
	}

	private static String refusal(ApplicationContextRunner runner) {
		StringBuilder text = new StringBuilder();
		runner.run((context) -> {
			assertThat(context).hasFailed();
			text.append(context.getStartupFailure().getMessage());
		});
		return text.toString();
	}

	private static List<String> tables(String url) {
		return new JdbcTemplate(new DriverManagerDataSource(url)).queryForList(
				"select lower(table_name) from information_schema.tables where lower(table_name) like 'resilience%' order by 1",
				String.class);
	}

	@ParameterizedTest
	@MethodSource("databases")
	void flywayMakesTheTablesBesideThoseOfTheApplication(String url) {
		new JdbcTemplate(new DriverManagerDataSource(url)).execute("create table orders (id int)");
		ApplicationContextRunner runner = with(url).withBean(Flyway.class,
				() -> Flyway.configure().dataSource(url, null, null).baselineOnMigrate(true).load());
		delivers(runner);
		assertThat(tables(url)).containsExactly("resilience_dead_letter", "resilience_delivery",
				"resilience_delivery_history", "resilience_operation");
		// and once only
		delivers(runner);
	}

	@ParameterizedTest
	@MethodSource("databases")
	void liquibaseMakesTheTables(String url) {
		SpringLiquibase application = new SpringLiquibase();
		application.setShouldRun(false);
		ApplicationContextRunner runner = with(url).withBean(SpringLiquibase.class, () -> application);
		delivers(runner);
		assertThat(tables(url)).containsExactly("resilience_dead_letter", "resilience_delivery",
				"resilience_operation");
		assertThat(new JdbcTemplate(new DriverManagerDataSource(url))
			.queryForList("select author from databasechangelog", String.class)).isNotEmpty()
			.containsOnly("resilience");
		delivers(runner);
	}

	@Test
	void weMakeThemInAnEmbeddedDatabaseOrWhenAsked() {
		delivers(with(memory()));
		String url = TestPostgres.database();
		assertThat(refusal(with(url))).contains(
				"the tables resilience_delivery, resilience_operation and resilience_dead_letter do not all exist");
		delivers(with(url).withPropertyValues("resilience.delivery.initialize-schema=always"));
		delivers(with(url));
	}

	@Test
	void flywayAndLiquibaseAcceptTablesThatAreThere() {
		String url = memory();
		delivers(with(url));
		delivers(with(url).withBean(Flyway.class, () -> Flyway.configure().dataSource(url, null, null).load()));
		SpringLiquibase application = new SpringLiquibase();
		application.setShouldRun(false);
		delivers(with(url).withBean(SpringLiquibase.class, () -> application));
	}

	@Test
	void nobodyMakesThemIfNobodyIsTo() {
		assertThat(refusal(with(memory()).withPropertyValues("resilience.delivery.initialize-schema=never")))
			.contains("do not all exist");
	}

	@Test
	void anH2FileThatLosesCommitsIsRefused(@TempDir Path directory) {
		String url = "jdbc:h2:file:" + directory.resolve("shop");
		assertThat(refusal(with(url))).contains("the H2 database of the application writes to its file 500 ms after")
			.contains("cannot be durable");
		delivers(with(url + ";WRITE_DELAY=0"));
	}

	@Test
	void aDatabaseInMemoryIsNotDurable() {
		with(memory()).run((context) -> {
			DependencyDescriptor mail = DurableApplication.dependency(context);
			assertThat(mail.delivery()).isNotNull().satisfies((delivery) -> assertThat(delivery.durable()).isFalse());
			assertThat(mail.warnings()).extracting(DependencyDescriptor.Warning::signal)
				.containsExactly("DELIVERY_STORE");
		});
	}

	@Test
	void aPostgresThatDoesNotFlushIsNotDurable() {
		// the one of the tests does not
		with(TestPostgres.database()).withPropertyValues("resilience.delivery.initialize-schema=always")
			.run((context) -> assertThat(DurableApplication.delivery(context)).isNotNull()
				.satisfies((delivery) -> assertThat(delivery.durable()).isFalse()));
	}

	@Test
	void theEmbeddedDatabaseIsDurableAndNoDataSourceOfTheApplication(@TempDir Path directory) {
		DurableApplication.embedded(directory).run((context) -> {
			assertThat(DurableApplication.delivery(context)).isNotNull()
				.satisfies((delivery) -> assertThat(delivery.durable()).isTrue());
			assertThat(context).doesNotHaveBean(DataSource.class);
			assertThat(directory.resolve("deliveries.mv.db")).exists();
		});
	}

	@Test
	void oneOfSeveralDatabasesHasToBeNamed() {
		String other = memory();
		ApplicationContextRunner runner = with(memory()).withBean("other", DataSource.class,
				() -> new DriverManagerDataSource(other));
		assertThat(refusal(runner)).contains("there are several DataSources, none of which is primary: store, other");
		assertThat(refusal(runner.withPropertyValues("resilience.delivery.data-source=third")))
			.contains("'resilience.delivery.data-source' names 'third'");
		delivers(runner.withPropertyValues("resilience.delivery.data-source=other"));
		assertThat(tables(other)).isNotEmpty();
	}

	@Test
	void withoutAnyDatabaseItSaysWhatIsMissing(@TempDir Path directory) {
		assertThatExceptionOfType(InvalidDeliveryException.class)
			.isThrownBy(() -> EmbeddedStore.open(directory.toString(), new FilteredClassLoader("org.h2.jdbcx")))
			.withMessage("the application has no DataSource, and no H2 to embed one");
	}

	@Test
	void anEmbeddedDatabaseThatCannotBeOpenedIsRefused(@TempDir Path directory) throws IOException {
		Files.writeString(directory.resolve("deliveries.mv.db"), "no database");
		assertThat(refusal(DurableApplication.embedded(directory)))
			.contains("the embedded database '" + directory.resolve("deliveries") + "' cannot be opened");
	}

	@Test
	void nothingIsTouchedAsLongAsNothingIsDurable(@TempDir Path directory) {
		DurableApplication.embedded(directory)
			.withPropertyValues("resilience.dependencies.mail.delivery=best-effort")
			.run((context) -> {
				context.getBean(Mails.class).send(new Mail("a", "hello"));
				Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: hello"));
				assertThat(DurableApplication.delivery(context)).isNull();
				assertThat(directory).isEmptyDirectory();
			});
	}

}
