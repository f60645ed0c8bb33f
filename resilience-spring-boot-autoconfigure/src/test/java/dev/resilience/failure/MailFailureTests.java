package dev.resilience.failure;

import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailParseException;
import org.springframework.mail.MailPreparationException;
import org.springframework.mail.MailSendException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link MailLinkClassifier} and {@link SpringMailLinkClassifier} with Spring's
 * mail sender and a server on a real socket.
 */
class MailFailureTests {

	private static final String OK = "250 ok\r\n";

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	private final Properties properties = new Properties();

	private @Nullable String password;

	@AutoClose
	private final TalkingServer server = new TalkingServer("220 here\r\n", replies((line) -> null));

	MailFailureTests() throws IOException {
		this.properties.put("mail.smtp.timeout", "30000");
		this.properties.put("mail.smtp.connectiontimeout", "30000");
	}

	/** A server that takes every mail, but for what the exceptions say. */
	private static Function<String, @Nullable String> replies(Function<String, @Nullable String> exceptions) {
		return (line) -> {
			String exception = exceptions.apply(line);
			if (exception != null) {
				return exception.equals("hang up") ? null : exception;
			}
			if (line.startsWith("EHLO")) {
				return "250-here\r\n250 AUTH PLAIN\r\n";
			}
			if (line.startsWith("DATA")) {
				return "354 go on\r\n";
			}
			if (line.startsWith("QUIT")) {
				return "221 bye\r\n";
			}
			return (line.matches("(MAIL|RCPT|RSET|NOOP).*") || line.equals(".")) ? OK : "";
		};
	}

	@Test
	void mailThatIsTakenIsNoFailure() {
		assertThat(send("a@example.org", "b@example.org")).isNull();
	}

	@Test
	void refusedConnection() {
		this.server.close();
		assertKind(FailureKind.CONNECTION_REFUSED);
	}

	@Test
	void serverThatGreetsWithAnErrorReceivesNothing() throws IOException {
		try (TalkingServer busy = new TalkingServer("421 too busy\r\n", (line) -> null)) {
			assertThat(this.classification.classify(send(busy.port(), "a@example.org")).kind())
				.isEqualTo(FailureKind.CONNECTION_REFUSED);
		}
	}

	@Test
	void refusedCredentials() {
		this.password = "wrong";
		this.server.answer(replies((line) -> line.startsWith("AUTH") ? "535 no\r\n" : null));
		Throwable failure = send("a@example.org");
		assertThat(failure).isInstanceOf(MailAuthenticationException.class);
		assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.CLIENT_ERROR);
		assertThat(this.classification.classify(failure).unauthorized()).isTrue();
		assertThat(this.classification.classify(failure.getCause()).unauthorized()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "MAIL, 451, SERVER_ERROR", "RCPT, 450, SERVER_ERROR", "DATA, 452, SERVER_ERROR",
			"., 421, SERVER_ERROR", "MAIL, 550, CLIENT_ERROR", "RCPT, 550, CLIENT_ERROR", "DATA, 554, CLIENT_ERROR",
			"., 552, CLIENT_ERROR" })
	void replyCodes(String command, String code, FailureKind kind) {
		this.server.answer(replies((line) -> line.startsWith(command) ? code + " no\r\n" : null));
		assertKind(kind);
	}

	@Test
	void silenceAfterTheMailWasSentIsATimeout() {
		this.properties.put("mail.smtp.timeout", "500");
		this.server.answer(replies((line) -> line.equals(".") ? "" : null));
		assertKind(FailureKind.TIMEOUT);
	}

	@Test
	void connectionThatIsLostMayHaveCarriedTheMail() {
		this.server.answer(replies((line) -> line.equals(".") ? "hang up" : null));
		assertKind(FailureKind.UNKNOWN);
	}

	@Test
	void mailThatSomeReceiveIsPartial() {
		this.properties.put("mail.smtp.sendpartial", "true");
		this.server.answer(replies((line) -> line.startsWith("RCPT TO:<c@") ? "450 later\r\n" : null));
		Classification classified = this.classification
			.classify(send("a@example.org", "b@example.org", "c@example.org", "d@example.org"));
		assertThat(classified.kind()).isEqualTo(FailureKind.PARTIAL_FAILURE);
		assertThat(classified.failedShare()).isEqualTo(0.25);
	}

	@Test
	void ownMistakes() {
		assertThat(this.classification.classify(send("not an address")).kind()).isEqualTo(FailureKind.UNKNOWN);
		assertThat(this.classification.classify(new MailParseException(new ConnectException())).kind())
			.isEqualTo(FailureKind.UNKNOWN);
		assertThat(this.classification.classify(new MailPreparationException(new ConnectException())).kind())
			.isEqualTo(FailureKind.UNKNOWN);
	}

	private void assertKind(FailureKind kind) {
		Throwable failure = send("a@example.org");
		assertThat(failure).isInstanceOf(MailSendException.class);
		assertThat(this.classification.classify(failure).kind()).isEqualTo(kind);
	}

	private Throwable send(String... to) {
		return send(this.server.port(), to);
	}

	private Throwable send(int port, String... to) {
		JavaMailSenderImpl sender = new JavaMailSenderImpl();
		sender.setHost("127.0.0.1");
		sender.setPort(port);
		sender.setJavaMailProperties(this.properties);
		if (this.password != null) {
			sender.setUsername("shop");
			sender.setPassword(this.password);
		}
		SimpleMailMessage mail = new SimpleMailMessage();
		mail.setFrom("shop@example.org");
		mail.setTo(to);
		mail.setText("Thank you");
		return catchThrowable(() -> sender.send(mail));
	}

}
