package dev.resilience.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.registry.PolicyChanges;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Durable operations that become known when the application runs already.
 */
@Timeout(60)
class LateOperationTests {

	@TempDir
	Path directory;

	@Test
	void whatBecomesDurableAtRunTimeIsLookedAfter() {
		DurableApplication.embedded(this.directory)
			.withPropertyValues("resilience.dependencies.mail.delivery=best-effort",
					"resilience.dependencies.mail.switch=off", "resilience.dependencies.mail.delivery.max-age=100ms")
			.run((context) -> {
				context.getBean(PolicyChanges.class).change("mail", "delivery=durable");
				context.getBean(Mails.class).send(new Mail("a", "hello"));
				Awaitility.await().until(() -> DurableApplication.dead(context) == 1);
			});
	}

	@Test
	void callsOfABeanThatIsCreatedLaterWaitForIt() {
		ApplicationContextRunner runner = DurableApplication.embedded(this.directory)
			.withUserConfiguration(LazyClient.class)
			.withBean(MovableClock.class)
			.withPropertyValues("resilience.dependencies.fax.delivery=durable",
					"resilience.dependencies.fax.delivery.backoff.initial=10ms");
		runner.run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Fax.class).transmit("page 1");
			Awaitility.await().until(() -> !DurableApplication.server(context).received.isEmpty());
		});
		runner.run((context) -> {
			context.getBean(MovableClock.class).ahead = Duration.ofHours(1);
			Instant hourLater = Instant.now().plus(Duration.ofHours(1));
			// once to say so, and once more after all that follows from it
			for (int i = 0; i < 2; i++) {
				Instant seen = hourLater.plusMillis(i);
				Awaitility.await().until(() -> lastSeen(context).isAfter(seen));
				hourLater = lastSeen(context);
			}
			context.getBean(Fax.class).transmit("page 2");
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("page 1"));
		});
	}

	private static Instant lastSeen(ApplicationContext context) {
		return new JdbcTemplate(context.getBean(EmbeddedStore.class).dataSource()).queryForObject(
				"select seen_at from resilience_operation where operation = 'mail/send'",
				(row, number) -> row.getTimestamp(1).toInstant());
	}

	static class MovableClock implements InstantSource {

		private volatile Duration ahead = Duration.ZERO;

		@Override
		public Instant instant() {
			return Instant.now().plus(this.ahead);
		}

	}

	/** As an HTTP interface: nobody knows its class before it is created. */
	interface Fax {

		@Dependency(name = "fax", type = DependencyType.OPTIONAL)
		void transmit(String page);

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyClient {

		@Bean
		@Lazy
		Fax fax(MailServer server) {
			return server::receive;
		}

	}

}
