package dev.resilience.delivery;

import java.nio.file.Path;
import java.util.Set;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Durable calls in an embedded database: what becomes of each of them.
 */
@Timeout(60)
class DurableDeliveryTests {

	@TempDir
	Path directory;

	@Test
	void isDelivered() {
		DurableApplication.embedded(this.directory).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Mails.class).send(new Mail("a", "hello"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.size() == 1);
			assertThat(DurableApplication.server(context).taken).containsExactly("a: hello");
			Awaitility.await().until(() -> DurableApplication.pending(context) == 0);
			assertThat(DurableApplication.deliveries(context, "accepted")).isOne();
			assertThat(DurableApplication.deliveries(context, "delivered")).isOne();
		});
	}

	@Test
	void survivesTheApplication() {
		DurableApplication.embedded(this.directory).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "hello"));
			Awaitility.await().until(() -> DurableApplication.server(context).received.size() > 2);
			assertThat(Set.copyOf(DurableApplication.server(context).keys)).hasSize(1);
			assertThat(DurableApplication.pending(context)).isOne();
		});
		DurableApplication.embedded(this.directory)
			.run((context) -> Awaitility.await()
				.until(() -> DurableApplication.server(context).taken.contains("a: hello")));
	}

	@Test
	void isOftenAttemptedAndThenDead() {
		DurableApplication.embedded(this.directory)
			.withPropertyValues("resilience.dependencies.mail.delivery.max-attempts=3")
			.run((context) -> {
				DurableApplication.server(context).breakDown();
				context.getBean(Mails.class).send(new Mail("a", "hello"));
				Awaitility.await().until(() -> DurableApplication.dead(context) == 1);
				assertThat(DurableApplication.server(context).received).hasSize(3);
				DurableApplication.server(context).heal();
				assertThat(context.getBean(DeadLetterBox.class).page("mail", 0, 10, true)).singleElement()
					.satisfies((letter) -> {
						assertThat(letter.attempts()).isEqualTo(3);
						assertThat(letter.reason()).isEqualTo("ATTEMPTS");
						assertThat(letter.exception()).isEqualTo(IllegalStateException.class.getName());
						assertThat(String.valueOf(letter.arguments())).contains("hello");
					});
				assertThat(context.getBean(DeadLetterBox.class).requeue("mail", null)).isOne();
				Awaitility.await().until(() -> DurableApplication.server(context).taken.size() == 1);
				Awaitility.await().until(() -> DurableApplication.dead(context) == 0);
			});
	}

}
