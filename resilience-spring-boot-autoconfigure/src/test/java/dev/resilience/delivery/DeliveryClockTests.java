package dev.resilience.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clocks that jump.
 */
@Timeout(60)
class DeliveryClockTests {

	private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

	private final InstantSource wall = () -> Instant.now().plus(this.ahead.get());

	@Test
	void neverGoesBack() {
		AtomicReference<Instant> wall = new AtomicReference<>(Instant.EPOCH);
		AtomicLong monotonic = new AtomicLong();
		SteadyClock clock = new SteadyClock(wall::get, monotonic::get);
		wall.set(Instant.EPOCH.plusSeconds(100));
		monotonic.addAndGet(Duration.ofSeconds(1).toNanos());
		assertThat(clock.now()).isEqualTo(Instant.EPOCH.plusSeconds(100));
		wall.set(Instant.EPOCH.plusSeconds(10));
		monotonic.addAndGet(Duration.ofSeconds(5).toNanos());
		assertThat(clock.now()).isEqualTo(Instant.EPOCH.plusSeconds(105));
		wall.set(Instant.EPOCH.plusSeconds(110));
		assertThat(clock.now()).isEqualTo(Instant.EPOCH.plusSeconds(110));
	}

	@Test
	void aCallIsDueAlthoughTheClockIsSetBack(@TempDir Path directory) {
		DurableApplication.embedded(directory).withBean(InstantSource.class, () -> this.wall).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "1"));
			Awaitility.await().until(() -> !DurableApplication.server(context).received.isEmpty());
			this.ahead.set(Duration.ofHours(-1));
			DurableApplication.server(context).heal();
			context.getBean(Mails.class).send(new Mail("a", "2"));
			Awaitility.await().until(() -> DurableApplication.server(context).taken.size() == 2);
		});
	}

	@Test
	void aCallIsDueAlthoughTheClockWasSetBackBeforeARestart(@TempDir Path directory) {
		this.ahead.set(Duration.ofHours(2));
		DurableApplication.embedded(directory).withBean(InstantSource.class, () -> this.wall).run((context) -> {
			DurableApplication.server(context).breakDown();
			context.getBean(Mails.class).send(new Mail("a", "1"));
			context.getBean(Mails.class).send(new Mail("a", "2"));
			Awaitility.await().until(() -> DurableApplication.server(context).received.size() > 2);
			// and one that a killed instance had in hand
			new JdbcTemplate(context.getBean(EmbeddedStore.class).dataSource())
				.update("update resilience_delivery set picked = true, picked_by = 'gone', version = version + 1,"
						+ " last_heartbeat = ?", this.wall.instant().atOffset(ZoneOffset.UTC));
		});
		this.ahead.set(Duration.ZERO);
		DurableApplication.embedded(directory)
			.withPropertyValues("resilience.delivery.heartbeat=100ms")
			.withBean(InstantSource.class, () -> this.wall)
			.run((context) -> Awaitility.await().until(() -> DurableApplication.server(context).taken.size() == 2));
	}

}
