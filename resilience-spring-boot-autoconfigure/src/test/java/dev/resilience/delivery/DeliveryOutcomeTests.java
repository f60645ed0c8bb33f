package dev.resilience.delivery;

import java.sql.SQLNonTransientConnectionException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.guard.TestPostgres;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What becomes of durable calls that are held until the transaction of another database
 * has ended, however that ends.
 */
@Timeout(60)
class DeliveryOutcomeTests {

	private static final Runnable NOTHING = () -> {
	};

	private static void beforeCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void beforeCommit(boolean readOnly) {
				action.run();
			}
		});
	}

	@Test
	void isHeldAsLongAsTheCommitTakes() {
		TwoDatabases.runner().withPropertyValues("resilience.delivery.heartbeat=100ms").run((context) -> {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "dropped"));
					beforeCommit(() -> {
						Instant later = Instant.now().plusSeconds(2);
						// others take over what has not been heard of for 400 ms
						Awaitility.await().until(() -> {
							OffsetDateTime heartbeat = TwoDatabases.store(context)
								.queryForObject("select last_heartbeat from resilience_delivery", OffsetDateTime.class);
							return heartbeat != null && heartbeat.toInstant().isAfter(later);
						});
						throw new IllegalStateException("No commit");
					});
				}))
				.withMessage("No commit");
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDroppedWhenTheStoreAnswersAgain() {
		TwoDatabases.runner().withPropertyValues("resilience.delivery.heartbeat=100ms").run((context) -> {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "dropped"));
					beforeCommit(() -> {
						TwoDatabases.store(context).execute("alter table resilience_delivery rename to elsewhere");
						throw new IllegalStateException("No commit");
					});
				}))
				.withMessage("No commit");
			assertThat(TwoDatabases.count(context, "elsewhere")).isOne();
			TwoDatabases.store(context).execute("alter table elsewhere rename to resilience_delivery");
			Awaitility.await().until(() -> TwoDatabases.count(context, "resilience_delivery") == 0);
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDroppedAlsoWhenItsHeartbeatIsLate() {
		TwoDatabases.runner().withPropertyValues("resilience.delivery.heartbeat=100ms").run((context) -> {
			JdbcTemplate store = TwoDatabases.store(context);
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "dropped"));
					beforeCommit(() -> {
						store.execute("alter table resilience_delivery rename to elsewhere");
						throw new IllegalStateException("No commit");
					});
				}))
				.withMessage("No commit");
			// as after a long outage of the store
			store.update("update elsewhere set last_heartbeat = ?", OffsetDateTime.now().minusMinutes(1));
			store.execute("alter table elsewhere rename to resilience_delivery");
			Awaitility.await().until(() -> TwoDatabases.count(context, "resilience_delivery") == 0);
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDroppedWithASavepointThatIsRolledBackWithinTheCommit() {
		AtomicReference<Runnable> within = new AtomicReference<>(NOTHING);
		TwoDatabases.runner(TwoDatabases.h2(), (other) -> new Commits(other, () -> within.get().run(), NOTHING))
			.run((context) -> {
				TransactionTemplate inner = TwoDatabases.ofOther(context);
				inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
				within.set(() -> inner.executeWithoutResult((nested) -> {
					context.getBean(Mails.class).send(new Mail("a", "dropped"));
					nested.setRollbackOnly();
				}));
				TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
				});
				within.set(NOTHING);
				TwoDatabases.assertNothingCame(context);
			});
	}

	@Test
	void oneThatIsStoredAlthoughTheCallerWasToldThatItIsNotIsDropped() {
		TwoDatabases.runner().run((context) -> {
			HeldCalls held = context.getBean(DeliveryEngine.class).store().held();
			Letter letter = new Letter("id", "mail", "none", new byte[0], null, Instant.now());
			TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
				HeldCall call = new HeldCall(letter, held, Commit.current(), NOTHING, NOTHING);
				TransactionSynchronizationManager.registerSynchronization(call);
				// as if the answer had been lost
				held.add(letter);
				assertThatExceptionOfType(DeliveryRejectedException.class).isThrownBy(call::hold);
			});
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDroppedWhenTheRollbackFails() {
		TwoDatabases.runner(TwoDatabases.h2(), FailingRollbacks::new).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					mails.send(new Mail("a", "dropped"));
					status.setRollbackOnly();
				}))
				.withMessage("No rollback");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					mails.send(new Mail("a", "dropped"));
					beforeCommit(() -> {
						assertThat(TwoDatabases.count(context, "resilience_delivery")).isOne();
						throw new IllegalStateException("No commit");
					});
				}))
				.withMessage("No rollback");
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDroppedWhenTheDatabaseRefusesTheCommit() {
		TwoDatabases.runner(TestPostgres.database(), DataSourceTransactionManager::new).run((context) -> {
			JdbcTemplate other = new JdbcTemplate(context.getBean("other", DataSource.class));
			other.execute("create table orders (id int unique deferrable initially deferred)");
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
					context.getBean(Mails.class).send(new Mail("a", "dropped"));
					other.update("insert into orders values (1)");
					other.update("insert into orders values (1)");
				}));
			TwoDatabases.assertNothingCame(context);
		});
	}

	@Test
	void isDeliveredWhenTheAnswerToTheCommitIsLost() {
		Runnable lost = () -> {
			throw new TransactionSystemException("Lost", new SQLNonTransientConnectionException("Lost", "08006"));
		};
		TwoDatabases.runner(TwoDatabases.h2(), (other) -> new Commits(other, NOTHING, lost)).run((context) -> {
			assertThatExceptionOfType(TransactionSystemException.class).isThrownBy(() -> TwoDatabases.ofOther(context)
				.executeWithoutResult((status) -> context.getBean(Mails.class).send(new Mail("a", "delivered"))));
			TwoDatabases.assertTaken(context, "a: delivered");
			assertThat(DurableApplication.deliveries(context, "accepted")).isOne();
		});
	}

	// Spring then neither rolls back nor tells its listeners, and the connection commits
	// when it is returned
	@Test
	void isDeliveredWhenNobodyTellsHowTheTransactionHasEnded() {
		TwoDatabases.runner().withPropertyValues("resilience.delivery.heartbeat=100ms").run((context) -> {
			JdbcTemplate other = new JdbcTemplate(context.getBean("other", DataSource.class));
			other.execute("create table orders (id int)");
			Throwable failure = catchThrowable(() -> TwoDatabases.ofOther(context).executeWithoutResult((status) -> {
				other.update("insert into orders values (1)");
				context.getBean(Mails.class).send(new Mail("a", "delivered"));
				beforeCommit(() -> {
					throw new TransactionTimedOutException("Out of time");
				});
			}));
			assertThat(failure).isInstanceOf(TransactionTimedOutException.class);
			assertThat(other.queryForObject("select count(*) from orders", Integer.class)).isOne();
			TwoDatabases.assertTaken(context, "a: delivered");
		});
	}

	/**
	 * Does something before each commit, and something after it.
	 */
	private static final class Commits extends JdbcTransactionManager {

		private final transient Runnable before;

		private final transient Runnable after;

		private Commits(DataSource dataSource, Runnable before, Runnable after) {
			super(dataSource);
			this.before = before;
			this.after = after;
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.before.run();
			super.doCommit(status);
			this.after.run();
		}

	}

	/**
	 * Rolls back, and says that it did not.
	 */
	private static final class FailingRollbacks extends JdbcTransactionManager {

		private FailingRollbacks(DataSource dataSource) {
			super(dataSource);
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			super.doRollback(status);
			throw new IllegalStateException("No rollback");
		}

	}

}
