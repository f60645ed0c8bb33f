package dev.resilience.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.resilience.guard.TestPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances that share one database, and of which none dies.
 */
@Timeout(120)
class ClusterTests {

	private static final int CALLS = 10_000;

	private static final int CALLERS = 4;

	@Test
	void eachCallIsDeliveredOnceByOneOrTheOther() {
		ApplicationContextRunner instance = DurableApplication.pooled(TestPostgres.database());
		instance.run((one) -> instance.run((other) -> {
			send(List.of(one, other));
			MailServer first = DurableApplication.server(one);
			MailServer second = DurableApplication.server(other);
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> first.taken.size() + second.taken.size() >= CALLS && DurableApplication.pending(one) == 0);
			List<String> received = Stream.concat(first.received.stream(), second.received.stream()).toList();
			assertThat(received.size()).isEqualTo(CALLS);
			assertThat(Set.copyOf(received).size()).isEqualTo(CALLS);
			assertThat(DurableApplication.dead(one)).isZero();
			// whoever asks first gets what is due, so that it is not exactly half of them
			assertThat(List.of(first.taken.size(), second.taken.size()))
				.allSatisfy((taken) -> assertThat(taken).isGreaterThan(CALLS / 5));
		}));
	}

	private static void send(List<? extends ApplicationContext> instances) {
		ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
		try {
			IntStream.range(0, CALLS).forEach((i) -> {
				Mails mails = instances.get(i % instances.size()).getBean(Mails.class);
				callers.execute(() -> mails.send(new Mail(String.valueOf(i), "hello")));
			});
		}
		finally {
			callers.shutdown();
		}
	}

}
