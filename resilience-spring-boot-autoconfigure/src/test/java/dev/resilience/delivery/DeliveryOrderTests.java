package dev.resilience.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.guard.TestPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Durable calls with the same key are delivered one after the other.
 */
@Timeout(60)
class DeliveryOrderTests {

	private static final String KEY = "resilience.dependencies.mail.delivery.key=#mail.to";

	@Test
	void whatComesLaterWaitsForWhatFails(@TempDir Path directory) {
		DurableApplication.embedded(directory).withPropertyValues(KEY).run((context) -> {
			MailServer server = DurableApplication.server(context);
			CountDownLatch healed = new CountDownLatch(1);
			server.behaviour = (mail) -> {
				if (mail.equals("a: 1") && healed.getCount() > 0) {
					throw new IllegalStateException("Not yet");
				}
			};
			Mails mails = context.getBean(Mails.class);
			mails.send(new Mail("a", "1"));
			mails.send(new Mail("a", "2"));
			mails.send(new Mail("b", "1"));
			Awaitility.await().until(() -> server.taken.contains("b: 1"));
			Awaitility.await().until(() -> server.received.stream().filter("a: 1"::equals).count() > 3);
			assertThat(server.received).doesNotContain("a: 2");
			healed.countDown();
			Awaitility.await().until(() -> server.taken.contains("a: 2"));
			assertThat(server.taken).containsSubsequence("a: 1", "a: 2");
		});
	}

	@Test
	void aDeadLetterFreesTheNext(@TempDir Path directory) {
		DurableApplication.embedded(directory)
			.withPropertyValues(KEY, "resilience.dependencies.mail.delivery.max-attempts=2")
			.run((context) -> {
				MailServer server = DurableApplication.server(context);
				server.behaviour = (mail) -> {
					if (mail.equals("a: 1")) {
						throw new IllegalStateException("Never");
					}
				};
				context.getBean(Mails.class).send(new Mail("a", "1"));
				context.getBean(Mails.class).send(new Mail("a", "2"));
				Awaitility.await().until(() -> server.taken.contains("a: 2"));
				Awaitility.await().until(() -> DurableApplication.dead(context) == 1);
			});
	}

	@Test
	void instancesKeepTheOrderTogether() {
		String url = TestPostgres.database();
		ApplicationContextRunner runner = DurableApplication.runner()
			.withBean(DataSource.class, () -> new DriverManagerDataSource(url))
			.withPropertyValues(KEY, "resilience.delivery.initialize-schema=always");
		Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
		List<String> overlaps = new ArrayList<>();
		List<String> taken = Collections.synchronizedList(new ArrayList<>());
		runner.run((first) -> runner.run((second) -> {
			Consumer<String> noting = (mail) -> {
				AtomicInteger ofKey = running.computeIfAbsent(mail.substring(0, 1), (key) -> new AtomicInteger());
				if (ofKey.incrementAndGet() != 1) {
					overlaps.add(mail);
				}
				Thread.yield();
				taken.add(mail);
				ofKey.decrementAndGet();
			};
			DurableApplication.server(first).behaviour = noting;
			DurableApplication.server(second).behaviour = noting;
			IntStream.range(0, 40)
				.forEach((i) -> List.of(first, second)
					.get(i % 2)
					.getBean(Mails.class)
					.send(new Mail((i % 4 < 2) ? "a" : "b", String.format("%02d", i))));
			Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> taken.size() == 40);
			assertThat(overlaps).isEmpty();
			assertThat(taken.stream().filter((mail) -> mail.startsWith("a"))).isSorted().hasSize(20);
			assertThat(taken.stream().filter((mail) -> mail.startsWith("b"))).isSorted().hasSize(20);
			assertThat(DurableApplication.server(first).taken).isNotEmpty();
			assertThat(DurableApplication.server(second).taken).isNotEmpty();
		}));
	}

	@Test
	void oneThatIsCommittedLateWaitsForTheOneInHand() {
		String url = TestPostgres.database();
		DurableApplication.pooled(url).withPropertyValues(KEY).run((context) -> {
			MailServer server = DurableApplication.server(context);
			CountDownLatch inHand = new CountDownLatch(1);
			CountDownLatch committed = new CountDownLatch(1);
			AtomicInteger running = new AtomicInteger();
			server.behaviour = (mail) -> {
				assertThat(running.incrementAndGet()).isOne();
				if (mail.equals("a: second")) {
					inHand.countDown();
					try {
						committed.await();
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
				}
				running.decrementAndGet();
			};
			new TransactionTemplate(new DataSourceTransactionManager(context.getBean(DataSource.class)))
				.executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "first"));
					Thread other = new Thread(() -> context.getBean(Mails.class).send(new Mail("a", "second")));
					other.start();
					Awaitility.await().until(() -> inHand.getCount() == 0);
				});
			// it is seen, and not taken
			Awaitility.await().until(() -> DurableApplication.pending(context) == 2);
			Awaitility.await().during(Duration.ofMillis(200)).until(() -> server.received.size() == 1);
			committed.countDown();
			Awaitility.await().until(() -> server.taken.contains("a: first"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "#mial.to", "T(java.lang.Runtime).getRuntime()", "new String('a')", "@mails", "#mail.(" })
	void aKeyThatMakesNoSenseIsRefused(String key) {
		DurableApplication.runner()
			.withPropertyValues("resilience.dependencies.mail.delivery.key=" + key)
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure())
					.hasMessageStartingWith("'resilience.dependencies.mail.delivery.key' has the value '" + key
							+ "', allowed is a SpEL expression over the parameters of");
			});
	}

	@Test
	void aKeyRunsNothing(@TempDir Path directory) {
		DurableApplication.embedded(directory)
			.withPropertyValues(
					"resilience.dependencies.mail.delivery.key=#mail.getClass().forName('java.lang.Runtime')")
			.run((context) -> assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> context.getBean(Mails.class).send(new Mail("a", "1"))));
	}

}
