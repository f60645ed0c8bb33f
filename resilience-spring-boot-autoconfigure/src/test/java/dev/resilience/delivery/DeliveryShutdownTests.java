package dev.resilience.delivery;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import dev.resilience.Dependencies;
import dev.resilience.guard.TestPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that stop with calls in hand, or start with many.
 */
@Timeout(120)
class DeliveryShutdownTests {

	@Test
	void whatIsInHandIsEnded(@TempDir Path directory) {
		CountDownLatch stopping = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		DurableApplication.embedded(directory).run((context) -> {
			MailServer server = DurableApplication.server(context);
			server.behaviour = (mail) -> {
				begun.countDown();
				awaitUninterruptibly(stopping);
			};
			context.getBean(Mails.class).send(new Mail("a", "1"));
			assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
			Thread stop = new Thread(((ConfigurableApplicationContext) context.getSourceApplicationContext())::close);
			stop.start();
			Awaitility.await().until(() -> !context.getBean(DeliveryEngine.class).isRunning());
			stopping.countDown();
			stop.join();
			assertThat(server.taken).containsExactly("a: 1");
		});
		// and not delivered again
		DurableApplication.embedded(directory).run((context) -> {
			context.getBean(Mails.class).send(new Mail("a", "2"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 2"));
			assertThat(DurableApplication.server(context).received).containsExactly("a: 2");
		});
	}

	@Test
	void whatDoesNotEndIsGivenBack(@TempDir Path directory) {
		CountDownLatch never = new CountDownLatch(1);
		DurableApplication.embedded(directory)
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=600ms",
					"resilience.dependencies.mail.timeout=60s")
			.run((context) -> {
				DurableApplication.server(context).behaviour = (mail) -> {
					try {
						never.await();
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
				};
				context.getBean(Mails.class).send(new Mail("a", "1"));
				Awaitility.await().until(() -> !DurableApplication.server(context).received.isEmpty());
			});
		// at once: it need not be taken over from a dead instance
		DurableApplication.embedded(directory).withPropertyValues("resilience.delivery.heartbeat=5m").run((context) -> {
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: 1"));
			assertThat(new JdbcTemplate(context.getBean(EmbeddedStore.class).dataSource())
				.queryForList("select consecutive_failures from resilience_delivery where consecutive_failures > 0"))
				.isEmpty();
		});
	}

	@Test
	void aLargeBacklogIsDrainedBoundedAndStarvesNobody() {
		int backlog = 100_000;
		ApplicationContextRunner runner = DurableApplication.pooled(TestPostgres.database());
		runner.run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "0"));
			context.getBean(DeliveryEngine.class).stop();
			new JdbcTemplate(context.getBean(DataSource.class))
				.update("insert into resilience_delivery (task_name, task_instance, task_data, execution_time, picked,"
						+ " consecutive_failures, version, dependency, operation, accepted_at) select task_name,"
						+ " gen_random_uuid(), task_data, execution_time, false, 0, 1, dependency, operation, accepted_at"
						+ " from resilience_delivery, generate_series(2, ?)", backlog);
		});
		AtomicInteger running = new AtomicInteger();
		Set<Integer> together = ConcurrentHashMap.newKeySet();
		runner.withPropertyValues("resilience.dependencies.mail.bulkhead.max-concurrent=8").run((context) -> {
			MailServer server = DurableApplication.server(context);
			server.behaviour = (mail) -> {
				together.add(running.incrementAndGet());
				running.decrementAndGet();
			};
			assertThat(DurableApplication.pending(context)).isGreaterThan(backlog / 2);
			Dependencies dependencies = context.getBean(Dependencies.class);
			for (int i = 0; i < 1000; i++) {
				// or it would be refused
				assertThat(dependencies.<String, RuntimeException>call("mail", () -> "live")).isEqualTo("live");
			}
			// all of them would take a while
			Awaitility.await().atMost(90, TimeUnit.SECONDS).until(() -> server.taken.size() > 5000);
			assertThat(together).allSatisfy((calls) -> assertThat(calls).isLessThanOrEqualTo(4));
		});
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return;
			}
			catch (InterruptedException ex) {
				// it does not care
			}
		}
	}

}
