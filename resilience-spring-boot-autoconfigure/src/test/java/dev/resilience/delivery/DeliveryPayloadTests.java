package dev.resilience.delivery;

import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.PayloadCodec;
import dev.resilience.registry.DeadLetter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is stored of a durable call, and what becomes of a stored one that is not
 * understood any more.
 */
@Timeout(60)
class DeliveryPayloadTests {

	@TempDir
	Path directory;

	private ApplicationContextRunner with(Class<?> client) {
		return DurableApplication.runner(client).withPropertyValues("resilience.delivery.directory=" + this.directory);
	}

	private static JdbcTemplate jdbc(ApplicationContext context) {
		return new JdbcTemplate(context.getBean(EmbeddedStore.class).dataSource());
	}

	private static List<DeadLetter> dead(ApplicationContext context) {
		return context.getBean(DeadLetterBox.class).page("mail", 0, 100, false);
	}

	private void store(Mail mail) {
		with(Mails.class).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(mail);
		});
	}

	private static String refusal(ApplicationContextRunner runner) {
		StringBuilder text = new StringBuilder();
		runner.run((context) -> {
			Throwable failure = context.getStartupFailure();
			assertThat(failure).isNotNull();
			text.append(failure.getMessage());
		});
		return text.toString();
	}

	@Test
	void isNamedWithoutAnyClass() {
		with(Mails.class).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "hello"));
			Map<String, Object> row = jdbc(context).queryForMap("select * from resilience_delivery");
			assertThat(row.get("operation")).isEqualTo("mail/send");
			assertThat(new String((byte[]) row.get("task_data"), StandardCharsets.UTF_8))
				.startsWith("{\"version\":1,\"operation\":\"mail/send\"")
				.contains("\"arguments\":{\"mail\":{\"to\":\"a\",\"text\":\"hello\"}}")
				.doesNotContain("dev.resilience");
		});
	}

	@Test
	void aPoisonedOneBlocksNothing() {
		with(Mails.class).run((context) -> {
			// also an attempt that has read it before must not end it
			DurableApplication.server(context).behaviour = (mail) -> {
				if (mail.equals("a: poison")) {
					throw new IllegalStateException("The mail server is down");
				}
			};
			context.getBean(Mails.class).send(new Mail("a", "poison"));
			jdbc(context).update("update resilience_delivery set task_data = ?",
					"{\"version\":1,\"operation\":\"mail/send\",\"call\":{".getBytes(StandardCharsets.UTF_8));
			context.getBean(Mails.class).send(new Mail("b", "hello"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: hello"));
			Awaitility.await().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).extracting(DeadLetter::reason).containsExactly("UNREADABLE");
		});
	}

	@Test
	void oneOfARenamedMethodIsKeptAsADeadLetter() {
		store(new Mail("a", "hello"));
		with(Renamed.class).run((context) -> {
			context.getBean(Renamed.class).post(new Mail("b", "hello"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: hello"));
			Awaitility.await().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).extracting(DeadLetter::reason).containsExactly("UNKNOWN_OPERATION");
		});
		// when the method is back, it can be tried again
		with(Mails.class).run((context) -> {
			assertThat(context.getBean(DeadLetterBox.class).requeue("mail", null)).isOne();
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: hello"));
		});
	}

	@Test
	void oneOfAChangedMethodIsKeptAsADeadLetter() {
		store(new Mail("a", "hello"));
		with(Changed.class).run((context) -> {
			Awaitility.await().until(() -> dead(context).size() == 1);
			assertThat(dead(context)).extracting(DeadLetter::reason).containsExactly("UNREADABLE");
			assertThat(DurableApplication.server(context).received).isEmpty();
		});
	}

	@Test
	void parametersThatCannotBeReadAgainAreRefusedAtStartup() {
		assertThat(refusal(with(OfStream.class))).contains("OfStream.send(InputStream) cannot be durable")
			.contains("the parameter 'mail' of type java.io.InputStream cannot be read again from JSON");
		assertThat(refusal(with(OfAnything.class))).contains("of type java.lang.Object");
	}

	@Test
	void argumentsThatCannotBeReadAgainAreRefusedAtTheCall() {
		with(Mails.class).run((context) -> {
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> context.getBean(Mails.class).send(new Mail("a", "x".repeat(300_000))))
				.withMessageContaining("'resilience.delivery.max-payload' allows 262144");
			assertThat(DurableApplication.deliveries(context, "rejected")).isOne();
		});
		with(Open.class).run((context) -> {
			assertThatExceptionOfType(DeliveryRejectedException.class)
				.isThrownBy(() -> context.getBean(Open.class).send(new Urgent()))
				.withMessageContaining("the argument 'mail' of mail/send cannot be written as JSON and read again");
			context.getBean(Open.class).send(Plain.to("a"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a"));
		});
	}

	@Test
	void isEncodedAtRest() {
		with(Mails.class).withBean(Xor.class).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "secret"));
			byte[] data = jdbc(context).queryForObject("select task_data from resilience_delivery", byte[].class);
			assertThat(new String(data, StandardCharsets.UTF_8)).contains("encoded").doesNotContain("secret");
		});
		with(Mails.class).run((context) -> Awaitility.await().until(() -> dead(context).size() == 1));
		with(Mails.class).withBean(Xor.class).run((context) -> {
			context.getBean(DeadLetterBox.class).requeue("mail", null);
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: secret"));
		});
	}

	@Test
	void aCodecThatFailsIsAskedAgain() {
		FailingOnce codec = new FailingOnce();
		with(Mails.class).withBean(PayloadCodec.class, () -> codec).run((context) -> {
			context.getBean(Mails.class).send(new Mail("a", "secret"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: secret"));
			assertThat(codec.failed).isTrue();
			assertThat(dead(context)).isEmpty();
		});
	}

	@Test
	void isReadAsItWasWritten() {
		with(Exact.class).run((context) -> {
			List<Object> sent = List.of(new BigDecimal("12345678901234567890.10"), Map.of("a", new BigDecimal("42.00")),
					ZonedDateTime.parse("2026-11-25T10:00+01:00[Europe/Berlin]"),
					OffsetDateTime.parse("2026-11-25T10:00+02:00"), List.of(Optional.of("x"), Optional.empty()));
			context.getBean(Exact.class)
				.send((BigDecimal) sent.get(0), Map.of("a", new BigDecimal("42.00")), (ZonedDateTime) sent.get(2),
						(OffsetDateTime) sent.get(3), List.of(Optional.of("x"), Optional.empty()));
			Awaitility.await().until(() -> !DurableApplication.server(context).taken.isEmpty());
			assertThat(DurableApplication.server(context).taken).containsExactly(sent.toString());
		});
	}

	@Test
	void anotherApplicationInTheSameStoreIsLeftAlone() {
		with(Mails.class).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "hello"));
			with(Renamed.class).run((other) -> {
				other.getBean(Renamed.class).post(new Mail("b", "hello"));
				Awaitility.await().until(() -> DurableApplication.server(other).taken.contains("b: hello"));
				// longer than it takes until an operation that nobody knows is given up
				Awaitility.await().during(Duration.ofSeconds(1)).until(() -> DurableApplication.dead(other) == 0);
			});
			DurableApplication.server(context).heal();
			Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("a: hello"));
		});
	}

	static class FailingOnce extends Xor {

		private volatile boolean failed;

		@Override
		public byte[] decode(byte[] stored) {
			if (!this.failed) {
				this.failed = true;
				throw new IllegalStateException("The key store does not answer");
			}
			return super.decode(stored);
		}

	}

	static class Exact {

		private final MailServer server;

		Exact(MailServer server) {
			this.server = server;
		}

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(BigDecimal amount, Map<String, BigDecimal> amounts, ZonedDateTime zoned, OffsetDateTime offset,
				List<Optional<String>> texts) {
			this.server.receive(List.of(amount, amounts, zoned, offset, texts).toString());
		}

	}

	static class Xor implements PayloadCodec {

		@Override
		public byte[] encode(byte[] payload) {
			byte[] encoded = payload.clone();
			for (int i = 0; i < encoded.length; i++) {
				encoded[i] ^= 0x55;
			}
			return encoded;
		}

		@Override
		public byte[] decode(byte[] stored) {
			return encode(stored);
		}

	}

	static class Renamed {

		private final MailServer server;

		Renamed(MailServer server) {
			this.server = server;
		}

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void post(Mail mail) {
			this.server.receive(mail.to() + ": " + mail.text());
		}

	}

	static class Changed {

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(Mail mail, int priority) {
		}

	}

	static class OfStream {

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(InputStream mail) {
		}

	}

	static class OfAnything {

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(Object mail) {
		}

	}

	static class Open {

		private final MailServer server;

		Open(MailServer server) {
			this.server = server;
		}

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(Plain mail) {
			this.server.receive(mail.to);
		}

	}

	static class Plain {

		public String to = "";

		static Plain to(String to) {
			Plain plain = new Plain();
			plain.to = to;
			return plain;
		}

	}

	static class Urgent extends Plain {

		public int priority = 1;

	}

}
