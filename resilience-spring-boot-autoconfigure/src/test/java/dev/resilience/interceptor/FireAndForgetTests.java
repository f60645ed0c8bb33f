package dev.resilience.interceptor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that are fired and forgotten, transactions, and what a call carries to the thread
 * on which it runs.
 */
@Timeout(60)
class FireAndForgetTests {

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Database.class, Mail.class, Ledger.class);

	@Test
	void returnsAtOnce() {
		RUNNER.run((context) -> {
			context.getBean(Mail.class).send("a");
			Mail mail = mail(context);
			assertThat(mail.sent).isEmpty();
			mail.gate.countDown();
			Awaitility.await().until(() -> mail.sent.equals(List.of("a")));
		});
	}

	@Test
	void startsAfterCommit() {
		RUNNER.run((context) -> {
			Mail mail = mail(context);
			mail.gate.countDown();
			context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
				context.getBean(Mail.class).send("a");
				context.getBean(Dependencies.class).run("mail", () -> mail.sent.add("b"));
				assertThat(mail.sent).isEmpty();
			});
			Awaitility.await().until(() -> mail.sent.size() == 2);
		});
	}

	@Test
	void isDroppedOnRollback() {
		RUNNER.run((context) -> {
			Mail mail = mail(context);
			mail.gate.countDown();
			context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
				context.getBean(Mail.class).send("dropped");
				status.setRollbackOnly();
			});
			context.getBean(Mail.class).send("sent");
			Awaitility.await().until(() -> !mail.sent.isEmpty());
			assertThat(mail.sent).containsExactly("sent");
			assertThat(dependency(context, "mail").breaker().calls()).isOne();
		});
	}

	@Test
	void isDrainedWhenTheContextCloses() {
		RUNNER.withPropertyValues("resilience.dependencies.mail.bulkhead.max-concurrent=1").run((context) -> {
			Mail mail = mail(context);
			for (int i = 0; i < 20; i++) {
				context.getBean(Mail.class).send("a");
			}
			close(context, mail);
			assertThat(mail.sent).hasSize(20).containsOnly("a");
		});
	}

	@Test
	void isDrainedWhenTheContextClosesAlsoIfItIsProgrammatic() {
		RUNNER.withPropertyValues("resilience.dependencies.mail.bulkhead.max-concurrent=1").run((context) -> {
			Mail mail = mail(context);
			for (int i = 0; i < 20; i++) {
				context.getBean(Dependencies.class).run("mail", () -> mail.deliver("a"));
			}
			close(context, mail);
			assertThat(mail.sent).hasSize(20).containsOnly("a");
		});
	}

	private static void close(ConfigurableApplicationContext context, Mail mail) throws InterruptedException {
		CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
		Awaitility.await()
			.until(() -> !context.getBean("resilienceGuardLifecycle", org.springframework.context.SmartLifecycle.class)
				.isRunning());
		mail.gate.countDown();
		assertThat(closed).succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void refusesWhatDoesNotFitIntoTheQueue() {
		RUNNER
			.withPropertyValues("resilience.dependencies.mail.bulkhead.max-concurrent=1",
					"resilience.dependencies.mail.queue=2")
			.run((context) -> {
				Mail mail = mail(context);
				for (int i = 0; i < 5; i++) {
					context.getBean(Mail.class).send("a");
				}
				assertThat(dependency(context, "mail").failures()).containsEntry(FailureKind.REJECTED, 2L);
				mail.gate.countDown();
				Awaitility.await().until(() -> mail.sent.size() == 3);
			});
	}

	@Test
	void onTheCallersThreadItWaitsAndNeverThrows() {
		RUNNER.withPropertyValues("resilience.dependencies.mail.isolation=caller").run((context) -> {
			Mail mail = mail(context);
			mail.gate.countDown();
			context.getBean(Mail.class).send("a");
			assertThat(mail.sent).containsExactly("a");
			assertThat(mail.threads).containsExactly(Thread.currentThread());
			context.getBean(Mail.class).send(null);
			assertThat(dependency(context, "mail").failures()).containsEntry(FailureKind.UNKNOWN, 1L);
		});
	}

	@Test
	void countsFailures() {
		RUNNER.run((context) -> {
			mail(context).gate.countDown();
			context.getBean(Mail.class).send(null);
			Awaitility.await().until(() -> dependency(context, "mail").failures().containsKey(FailureKind.UNKNOWN));
		});
	}

	@Test
	void carriesTheContextButNotTheRequest() {
		RUNNER.run((context) -> {
			mail(context).gate.countDown();
			withContext(() -> context.getBean(Mail.class).send("a"));
			Awaitility.await().until(() -> !mail(context).contexts.isEmpty());
			assertThat(mail(context).contexts).containsExactly("mdc alice el null");
		});
	}

	@Test
	void carriesTheContextToTheMethodAndItsFallback() {
		RUNNER.run((context) -> {
			withContext(() -> context.getBean(Ledger.class).call());
			Ledger ledger = AopTestUtils.getTargetObject(context.getBean(Ledger.class));
			assertThat(ledger.contexts).containsExactly("mdc alice el GET", "mdc alice el GET");
			assertThat(ledger.threads.get(0)).isNotSameAs(Thread.currentThread());
			assertThat(ledger.threads.get(0).getName()).startsWith("resilience-");
		});
	}

	@Test
	void staysInTheTransactionOfItsCaller() {
		RUNNER.run((context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			jdbc.execute("create table ledger (entry varchar(10))");
			Ledger ledger = context.getBean(Ledger.class);
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
					assertThat(ledger.insert("a")).isSameAs(Thread.currentThread());
					throw new IllegalStateException();
				}));
			assertThat(jdbc.queryForList("select * from ledger")).isEmpty();
			assertThat(ledger.insert("b")).isNotSameAs(Thread.currentThread());
			assertThat(jdbc.queryForList("select entry from ledger", String.class)).containsExactly("b");
			jdbc.execute("drop table ledger");
		});
	}

	private static void withContext(Runnable work) {
		MDC.put("key", "mdc");
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("alice", "secret"));
		LocaleContextHolder.setLocale(java.util.Locale.forLanguageTag("el"));
		RequestContextHolder.setRequestAttributes(
				new ServletRequestAttributes(new org.springframework.mock.web.MockHttpServletRequest("GET", "/")));
		try {
			work.run();
		}
		finally {
			MDC.clear();
			SecurityContextHolder.clearContext();
			LocaleContextHolder.resetLocaleContext();
			RequestContextHolder.resetRequestAttributes();
		}
	}

	/** What the current thread has been told. */
	private static String told() {
		var authentication = SecurityContextHolder.getContext().getAuthentication();
		return MDC.get("key") + " " + ((authentication != null) ? authentication.getName() : null) + " "
				+ LocaleContextHolder.getLocale() + " "
				+ ((RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request)
						? request.getRequest().getMethod() : null);
	}

	private static Mail mail(ApplicationContext context) {
		return AopTestUtils.getTargetObject(context.getBean(Mail.class));
	}

	private static DependencyDescriptor dependency(ApplicationContext context, String name) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get(name);
	}

	@Configuration(proxyBeanMethods = false)
	static class Database {

		private final DriverManagerDataSource dataSource = new DriverManagerDataSource(
				"jdbc:h2:mem:ledger;DB_CLOSE_DELAY=-1");

		@Bean
		TransactionTemplate transactionTemplate() {
			return new TransactionTemplate(new DataSourceTransactionManager(this.dataSource));
		}

		@Bean
		JdbcTemplate jdbcTemplate() {
			return new JdbcTemplate(this.dataSource);
		}

	}

	static class Mail {

		private final CountDownLatch gate = new CountDownLatch(1);

		private final List<String> sent = new CopyOnWriteArrayList<>();

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private final List<String> contexts = new CopyOnWriteArrayList<>();

		@Dependency(name = "mail", type = OPTIONAL, timeout = "30s")
		public void send(@org.jspecify.annotations.Nullable String text) {
			deliver(text);
		}

		void deliver(@org.jspecify.annotations.Nullable String text) {
			try {
				assertThat(this.gate.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.threads.add(Thread.currentThread());
			this.contexts.add(told());
			this.sent.add(java.util.Objects.requireNonNull(text));
		}

	}

	static class Ledger {

		private final JdbcTemplate jdbc;

		private final List<String> contexts = new CopyOnWriteArrayList<>();

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		Ledger(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@Dependency(name = "ledger", type = CRITICAL)
		public Thread insert(String entry) {
			this.jdbc.update("insert into ledger values (?)", entry);
			return Thread.currentThread();
		}

		@Dependency(name = "ledger", type = CRITICAL, fallback = "fallback")
		public void call() {
			note();
			throw new IllegalStateException();
		}

		void fallback() {
			note();
		}

		private void note() {
			this.contexts.add(told());
			this.threads.add(Thread.currentThread());
		}

	}

}
