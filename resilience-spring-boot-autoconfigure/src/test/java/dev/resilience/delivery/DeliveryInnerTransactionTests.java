package dev.resilience.delivery;

import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import dev.resilience.DeliveryRejectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Durable calls within a transaction of one database within one of another, or because of
 * it.
 */
@Timeout(60)
class DeliveryInnerTransactionTests {

	private static void afterCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void afterCommit() {
				action.run();
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneThatIsMadeBecauseOfAnInnerCommitDoesNotCommitTheOuterTransaction(boolean autoCommit) {
		TwoDatabases.runner(autoCommit).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			TwoDatabases.store(context).execute("create table orders (id int)");
			TwoDatabases.ofStore(context).executeWithoutResult((outer) -> {
				new JdbcTemplate(context.getBean("store", DataSource.class)).update("insert into orders values (1)");
				TwoDatabases.ofOther(context)
					.executeWithoutResult((inner) -> afterCommit(() -> mails.send(new Mail("a", "inner"))));
				outer.setRollbackOnly();
			});
			assertThat(TwoDatabases.count(context, "orders")).isZero();
			TwoDatabases.assertTaken(context, "a: inner");
		});
	}

	@Test
	void oneThatCannotBeStoredAfterAnInnerCommitDoesNotRollTheOuterTransactionBack() {
		TwoDatabases.runner().run((context) -> {
			Mails mails = context.getBean(Mails.class);
			AtomicReference<Throwable> told = new AtomicReference<>();
			TwoDatabases.store(context).execute("create table orders (id int)");
			TwoDatabases.store(context).execute("alter table resilience_delivery rename to elsewhere");
			TwoDatabases.ofStore(context).executeWithoutResult((outer) -> {
				new JdbcTemplate(context.getBean("store", DataSource.class)).update("insert into orders values (1)");
				TwoDatabases.ofOther(context)
					.executeWithoutResult((inner) -> afterCommit(
							() -> told.set(catchThrowable(() -> mails.send(new Mail("a", "inner"))))));
			});
			assertThat(told.get()).isInstanceOf(DeliveryRejectedException.class);
			assertThat(TwoDatabases.count(context, "orders")).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneOfATransactionThatIsBegunAfterACommitIsDelivered(boolean autoCommit) {
		TwoDatabases.runner(autoCommit).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			TwoDatabases.ofStore(context)
				.executeWithoutResult((outer) -> afterCommit(() -> TwoDatabases.ofOther(context)
					.executeWithoutResult((inner) -> mails.send(new Mail("a", "inner")))));
			assertThat(DurableApplication.deliveries(context, "accepted")).isOne();
			TwoDatabases.assertTaken(context, "a: inner");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void oneOfATransactionThatIsBegunAfterACommitIsRolledBackWithIt(boolean autoCommit) {
		TwoDatabases.runner(autoCommit).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			TwoDatabases.ofStore(context)
				.executeWithoutResult(
						(outer) -> afterCommit(() -> TwoDatabases.ofOther(context).executeWithoutResult((inner) -> {
							mails.send(new Mail("a", "inner"));
							inner.setRollbackOnly();
						})));
			TwoDatabases.assertNothingCame(context);
		});
	}

	@ParameterizedTest
	@CsvSource({ "true, commit", "false, commit", "true, rollback", "false, rollback", "true, failure",
			"false, failure" })
	void oneOfATransactionThatIsBegunAfterTheCompletionIsDelivered(boolean autoCommit, String how) {
		TwoDatabases.runner(autoCommit).run((context) -> {
			Mails mails = context.getBean(Mails.class);
			AtomicReference<Throwable> told = new AtomicReference<>();
			Throwable failure = catchThrowable(() -> TwoDatabases.ofStore(context).executeWithoutResult((outer) -> {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
					@Override
					public void beforeCommit(boolean readOnly) {
						if ("failure".equals(how)) {
							throw new IllegalStateException("No commit");
						}
					}

					@Override
					public void afterCompletion(int status) {
						told.set(catchThrowable(() -> TwoDatabases.ofOther(context)
							.executeWithoutResult((inner) -> mails.send(new Mail("a", "inner")))));
					}
				});
				if ("rollback".equals(how)) {
					outer.setRollbackOnly();
				}
			}));
			assertThat(failure != null).isEqualTo("failure".equals(how));
			assertThat(told.get()).isNull();
			assertThat(DurableApplication.deliveries(context, "accepted")).isOne();
			TwoDatabases.assertTaken(context, "a: inner");
		});
	}

}
