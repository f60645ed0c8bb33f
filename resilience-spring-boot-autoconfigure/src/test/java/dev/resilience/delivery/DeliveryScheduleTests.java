package dev.resilience.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.resilience.SwitchPosition;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DeadLetter;
import dev.resilience.registry.DependencyRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a durable call is tried again, and when it is not any more.
 */
@Timeout(60)
class DeliveryScheduleTests {

	@TempDir
	Path directory;

	private ApplicationContextRunner runner() {
		return DurableApplication.embedded(this.directory);
	}

	private static Guard guard(ApplicationContext context) {
		Guard guard = context.getBean(DependencyRegistry.class).find("mail");
		assertThat(guard).isNotNull();
		return guard;
	}

	private static List<DeadLetter> dead(ApplicationContext context) {
		return context.getBean(DeadLetterBox.class).page("mail", 0, 100, false);
	}

	@Test
	void isNotAttemptedWhileTheSwitchIsOff() {
		runner().run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, "maintenance", null);
			context.getBean(Mails.class).send(new Mail("a", "1"));
			context.getBean(Mails.class).send(new Mail("a", "2"));
			// others would have been delivered by now
			Awaitility.await()
				.during(Duration.ofMillis(300))
				.until(() -> DurableApplication.server(context).received.isEmpty());
			assertThat(DurableApplication.pending(context)).isEqualTo(2);
			guard(context).setSwitch(SwitchPosition.AUTO, null, null);
			Awaitility.await().until(() -> DurableApplication.server(context).taken.size() == 2);
		});
	}

	@Test
	void isNotAttemptedWhileTheBreakerIsOpenAndThenProbes() {
		runner().withPropertyValues("resilience.dependencies.mail.breaker.enabled=true",
				"resilience.dependencies.mail.breaker.min-calls=3", "resilience.dependencies.mail.breaker.open-for=1s",
				"resilience.dependencies.mail.delivery.max-attempts=1000")
			.run((context) -> {
				MailServer server = DurableApplication.server(context);
				server.breakDown();
				for (int i = 0; i < 20; i++) {
					context.getBean(Mails.class).send(new Mail("a", "" + i));
				}
				Awaitility.await()
					.until(() -> DurableApplication.dependency(context).status().name().equals("DEGRADED"));
				Awaitility.await().until(() -> !guard(context).isAvailable());
				// those that were under way when it opened may still arrive
				Awaitility.await().until(() -> guard(context).inFlight() == 0);
				int before = server.received.size();
				while (!guard(context).isAvailable()) {
					assertThat(server.received).hasSize(before);
					Thread.onSpinWait();
				}
				server.heal();
				Awaitility.await().until(() -> server.taken.size() == 20);
				Awaitility.await().until(() -> DurableApplication.pending(context) == 0);
			});
	}

	@Test
	void waitsAsLongAsThePartnerAsksFor() {
		runner().run((context) -> {
			MailServer server = DurableApplication.server(context);
			HttpHeaders headers = new HttpHeaders();
			headers.set(HttpHeaders.RETRY_AFTER, "1");
			server.behaviour = (mail) -> {
				if (server.received.size() == 1) {
					throw HttpClientErrorException.create(HttpStatus.TOO_MANY_REQUESTS, "", headers, new byte[0], null);
				}
			};
			long start = System.nanoTime();
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> server.taken.size() == 1);
			assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(999).toNanos());
		});
	}

	@ParameterizedTest
	@CsvSource({ "404, CLIENT_ERROR", "422, CLIENT_ERROR" })
	void whatCannotSucceedIsDeadAtOnce(int status, String kind) {
		runner().run((context) -> {
			DurableApplication.server(context).behaviour = (mail) -> {
				throw HttpClientErrorException.create(HttpStatus.valueOf(status), "", new HttpHeaders(), new byte[0],
						null);
			};
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).singleElement().satisfies((letter) -> {
				assertThat(letter.reason()).isEqualTo("PERMANENT");
				assertThat(letter.failure()).hasToString(kind);
				assertThat(letter.attempts()).isOne();
			});
			assertThat(DurableApplication.server(context).received).hasSize(1);
			assertThat(DurableApplication.deliveries(context, "dead")).isOne();
		});
	}

	@Test
	void anErrorIsNotRepeated() {
		runner().run((context) -> {
			DurableApplication.server(context).behaviour = (mail) -> {
				throw new NoClassDefFoundError("gone");
			};
			context.getBean(Mails.class).send(new Mail("a", "1"));
			// the thread's handler is told of it too
			Awaitility.await().dontCatchUncaughtExceptions().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).extracting(DeadLetter::exception)
				.containsExactly(NoClassDefFoundError.class.getName());
			assertThat(DurableApplication.server(context).received).hasSize(1);
		});
	}

	@Test
	void isTriedNoLongerThanItMayBe() {
		runner()
			.withPropertyValues("resilience.dependencies.mail.delivery.max-age=1s",
					"resilience.dependencies.mail.delivery.max-attempts=1000")
			.run((context) -> {
				DurableApplication.server(context).behaviour = (mail) -> {
					throw HttpServerErrorException.create(HttpStatus.BAD_GATEWAY, "", new HttpHeaders(), new byte[0],
							null);
				};
				context.getBean(Mails.class).send(new Mail("a", "1"));
				Awaitility.await().until(() -> dead(context).size() == 1);
				assertThat(dead(context)).singleElement().satisfies((letter) -> {
					assertThat(letter.reason()).isEqualTo("EXPIRED");
					assertThat(letter.failure()).hasToString("SERVER_ERROR");
					assertThat(letter.attempts()).isGreaterThan(1);
				});
			});
	}

	@Test
	void isTriedNoLongerEvenIfItIsNotAttempted() {
		runner().withPropertyValues("resilience.dependencies.mail.delivery.max-age=1s").run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, "maintenance", null);
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).extracting(DeadLetter::reason).containsExactly("EXPIRED");
			assertThat(DurableApplication.server(context).received).isEmpty();
		});
	}

	@Test
	void oneThatFailedOftenIsTriedAgainAsSoonAsThePartnerAnswers() {
		runner()
			.withPropertyValues("resilience.dependencies.mail.delivery.backoff.initial=1h",
					"resilience.dependencies.mail.delivery.backoff.jitter=0")
			.run((context) -> {
				MailServer server = DurableApplication.server(context);
				server.breakDown();
				context.getBean(Mails.class).send(new Mail("a", "1"));
				Awaitility.await().until(() -> DurableApplication.deliveries(context, "deferred") == 1);
				server.heal();
				context.getBean(Mails.class).send(new Mail("b", "2"));
				Awaitility.await().until(() -> server.taken.contains("a: 1"));
			});
	}

}
