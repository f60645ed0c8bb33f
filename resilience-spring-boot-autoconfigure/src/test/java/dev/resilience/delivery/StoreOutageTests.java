package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import dev.resilience.LoggedLines;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is logged while the store of durable calls is down.
 */
@Timeout(60)
class StoreOutageTests {

	@Test
	void anOutageIsOneLineAndNoStackTraces() {
		Outage outage = new Outage("jdbc:h2:mem:outage;DB_CLOSE_DELAY=-1");
		try (LoggedLines ours = LoggedLines.ours(); LoggedLines schedulers = LoggedLines.of("com.github.kagkarlsson")) {
			DurableApplication.runner()
				.withBean(DataSource.class, () -> outage)
				.withPropertyValues("resilience.delivery.initialize-schema=always")
				.run((context) -> {
					DurableApplication.server(context).breakDown();
					context.getBean(Mails.class).send(new Mail("a", "hello"));
					Awaitility.await().until(() -> !DurableApplication.server(context).received.isEmpty());
					outage.failures = new AtomicInteger();
					// of one thread that polls each 20 ms
					Awaitility.await().until(() -> outage.failures.get() > 100);
					assertThat(ours.of("mail", "Durable calls of dependency 'mail' are not delivered"))
						.containsExactly("Durable calls of dependency 'mail' are not delivered, because their store "
								+ "does not answer: " + SQLTransientConnectionException.class.getName());
					assertThat(schedulers.events()).filteredOn((line) -> line.getThrowableProxy() != null).isEmpty();
					outage.failures = null;
					DurableApplication.server(context).heal();
					context.getBean(Mails.class).send(new Mail("b", "again"));
					Awaitility.await().until(() -> DurableApplication.server(context).taken.contains("b: again"));
				});
		}
	}

	private static final class Outage extends DelegatingDataSource {

		// null while there is none
		private volatile AtomicInteger failures;

		private Outage(String url) {
			super(new DriverManagerDataSource(url));
		}

		@Override
		public Connection getConnection() throws SQLException {
			AtomicInteger failures = this.failures;
			if (failures != null) {
				failures.incrementAndGet();
				throw new SQLTransientConnectionException("down");
			}
			return super.getConnection();
		}

	}

}
