package dev.resilience.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dev.resilience.signal.DependencyLog;
import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.transaction.CannotCreateTransactionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link HeldCalls}.
 */
class HeldCallsTests {

	private static final Held CALL = new Held("id", 1);

	private static final Letter LETTER = new Letter("id", "mail", "mail/send", new byte[0], null, Instant.now());

	private final DataSource database = new DriverManagerDataSource(TwoDatabases.h2());

	private final JdbcTemplate jdbc = new JdbcTemplate(this.database);

	private boolean away;

	private Instant now = Instant.parse("2026-11-21T06:00:00Z");

	private final DeliveryStore store = new DeliveryStore(new DelegatingDataSource(this.database) {

		@Override
		public Connection getConnection() throws SQLException {
			if (HeldCallsTests.this.away) {
				throw new SQLException("Away");
			}
			// that takes its time
			HeldCallsTests.this.now = HeldCallsTests.this.now.plus(Duration.ofMinutes(1));
			return super.getConnection();
		}

	}, DatabaseKind.H2, true);

	private final HeldCalls held = new HeldCalls(this.store, () -> this.now);

	HeldCallsTests() {
		new ResourceDatabasePopulator(new ClassPathResource(DatabaseKind.H2.scripts() + TableCreation.SCRIPT))
			.execute(this.database);
	}

	@Test
	void isHeldFromWhenItIsStored() {
		this.held.add(LETTER);
		assertThat(this.held.has(CALL)).isTrue();
		assertThat(heartbeat()).isEqualTo(this.now);
		this.held.keep();
		assertThat(heartbeat()).isEqualTo(this.now);
	}

	@Test
	void oneThatWasNotSentIsNotRemembered() {
		this.away = true;
		assertThatExceptionOfType(CannotCreateTransactionException.class).isThrownBy(() -> this.held.add(LETTER));
		assertThat(this.held.has(CALL)).isFalse();
		this.held.keep();
	}

	@Test
	void isRemovedWhenTheStoreAnswersAgain() {
		this.held.add(LETTER);
		this.away = true;
		this.held.drop(LETTER);
		assertThat(this.held.has(CALL)).isTrue();
		this.away = false;
		this.held.keep();
		assertThat(this.held.has(CALL)).isFalse();
		assertThat(stored()).isZero();
	}

	@Test
	void isRemovedAlsoWhenOthersHaveTakenItOver() {
		this.held.add(LETTER);
		this.jdbc.update("update resilience_delivery set version = 2, picked = false");
		this.held.drop(LETTER);
		assertThat(stored()).isZero();
	}

	@Test
	void isReleasedOrLeftToOthers() {
		this.held.add(LETTER);
		this.away = true;
		this.held.release(LETTER);
		assertThat(this.held.has(CALL)).isFalse();
		this.away = false;
		this.held.release(LETTER);
		assertThat(picked()).isFalse();
	}

	@Test
	void isNotTakenOverByTheInstanceThatHoldsIt() {
		this.held.add(LETTER);
		takeOver();
		assertThat(picked()).isTrue();
		this.held.letGo(LETTER);
		takeOver();
		assertThat(picked()).isFalse();
	}

	// as db-scheduler does when it has not heard of a call for long
	private void takeOver() {
		OpenStore open = new OpenStore(this.store, this.held, null, null, null, null, null, null);
		DeliveryTask task = new DeliveryTask("mail", new DependencyLog(System::nanoTime), open, Map.of(),
				() -> this.now, Duration.ofSeconds(5), (operation, result) -> {
				});
		Execution execution = new Execution(this.now, new TaskInstance<>(DeliveryStore.TASK, "id", new byte[0]), true,
				HeldCalls.HELD, null, null, 0, this.now, 1);
		task.getDeadExecutionHandler()
			.deadExecution(ExecutionComplete.failure(execution, this.now, this.now, null), null);
	}

	private boolean picked() {
		return Boolean.TRUE.equals(this.jdbc.queryForObject("select picked from resilience_delivery", Boolean.class));
	}

	private Instant heartbeat() {
		OffsetDateTime heartbeat = this.jdbc.queryForObject("select last_heartbeat from resilience_delivery",
				OffsetDateTime.class);
		assertThat(heartbeat).isNotNull();
		return heartbeat.toInstant();
	}

	private int stored() {
		Integer stored = this.jdbc.queryForObject("select count(*) from resilience_delivery", Integer.class);
		return (stored != null) ? stored : -1;
	}

}
