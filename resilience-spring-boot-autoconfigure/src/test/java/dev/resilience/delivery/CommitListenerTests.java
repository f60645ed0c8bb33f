package dev.resilience.delivery;

import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The ways in which a transaction may end.
 */
@Timeout(60)
class CommitListenerTests {

	private static final String DROPPED = "drop";

	private static final String RELEASED = "release";

	private static final String LET_GO = "letGo";

	private final Transactions transactions = new Transactions();

	private final HeldCalls held = Mockito.mock(HeldCalls.class);

	private final AtomicInteger calls = new AtomicInteger();

	private final List<WeakReference<Object>> used = new ArrayList<>();

	static Stream<Arguments> ends() {
		return Stream.of(end("commit", (test) -> {
		}, RELEASED), end("roll-back", (test) -> test.within = TransactionStatus::setRollbackOnly),
				end("exception", (test) -> test.within = (status) -> fail()),
				end("time-out", (test) -> test.within = (status) -> test.runOutOfTime()),
				end("savepoint",
						(test) -> test.within = (status) -> status.rollbackToSavepoint(status.createSavepoint()),
						RELEASED),
				end("suspended", (test) -> test.within = (status) -> test.callInNew(), RELEASED, RELEASED),
				end("exception before the commit", (test) -> test.beforeCommit = CommitListenerTests::fail, DROPPED),
				end("time-out before the commit", (test) -> test.beforeCommit = test::runOutOfTime, LET_GO),
				end("roll-back before the commit", (test) -> test.beforeCommit = () -> {
					throw new UnexpectedRollbackException("Rolled back");
				}, DROPPED),
				end("suspended before the commit", (test) -> test.beforeCommit = test::callInNew, RELEASED, RELEASED),
				end("exception after the commit", (test) -> test.afterCommit = CommitListenerTests::fail, RELEASED),
				end("suspended after the commit", (test) -> test.afterCommit = test::callInNew, RELEASED, RELEASED),
				end("exception after the completion", (test) -> test.afterCompletion = CommitListenerTests::fail,
						RELEASED),
				end("another one after the completion", (test) -> test.afterCompletion = test::callInNew, RELEASED,
						RELEASED),
				end("commit that fails", (test) -> test.transactions.onCommit = CommitListenerTests::failToCommit,
						LET_GO, RELEASED),
				end("commit that fails and is rolled back", (test) -> {
					test.transactions.onCommit = CommitListenerTests::failToCommit;
					test.transactions.setRollbackOnCommitFailure(true);
				}, DROPPED), end("exception in the commit",
						(test) -> test.transactions.onCommit = CommitListenerTests::fail, DROPPED),
				end("exception in the commit and in the roll-back", (test) -> {
					test.transactions.onCommit = CommitListenerTests::fail;
					test.transactions.onRollback = CommitListenerTests::fail;
				}, LET_GO, RELEASED), end("exception before the commit and in the roll-back", (test) -> {
					test.beforeCommit = CommitListenerTests::fail;
					test.transactions.onRollback = CommitListenerTests::fail;
				}, LET_GO, DROPPED), end("exception in the roll-back", (test) -> {
					test.within = TransactionStatus::setRollbackOnly;
					test.transactions.onRollback = CommitListenerTests::fail;
				}),
				end("listener that fails before the commit",
						(test) -> test.transactions.other.beforeCommit = CommitListenerTests::fail, DROPPED),
				end("listener that runs out of time before the commit",
						(test) -> test.transactions.other.beforeCommit = test::runOutOfTime, LET_GO),
				end("listener that fails after the commit",
						(test) -> test.transactions.other.afterCommit = CommitListenerTests::fail, RELEASED),
				end("listener that fails after a commit that fails", (test) -> {
					test.transactions.onCommit = CommitListenerTests::failToCommit;
					test.transactions.other.afterCommit = CommitListenerTests::fail;
				}, LET_GO), end("listener that fails before the roll-back", (test) -> {
					test.within = TransactionStatus::setRollbackOnly;
					test.transactions.other.beforeRollback = CommitListenerTests::fail;
				}), end("listener that fails after the roll-back", (test) -> {
					test.beforeCommit = CommitListenerTests::fail;
					test.transactions.other.afterRollback = CommitListenerTests::fail;
				}, DROPPED));
	}

	private static Arguments end(String name, Consumer<CommitListenerTests> preparation, String... outcome) {
		return arguments(named(name, preparation), List.of(outcome));
	}

	private static void fail() {
		throw new IllegalStateException("Failed");
	}

	private static void failToCommit() {
		throw new TransactionSystemException("Failed");
	}

	private Consumer<TransactionStatus> within = (status) -> {
	};

	private Runnable beforeCommit = Transactions.NOTHING;

	private Runnable afterCommit = Transactions.NOTHING;

	private Runnable afterCompletion = Transactions.NOTHING;

	private void runOutOfTime() {
		ConnectionHolder connection = (ConnectionHolder) TransactionSynchronizationManager
			.getResource(this.transactions.database);
		connection.setTimeoutInMillis(0);
		new JdbcTemplate(this.transactions.database).execute("select 1");
	}

	private void callInNew() {
		TransactionTemplate another = new TransactionTemplate(this.transactions);
		another.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		another.executeWithoutResult(this::call);
	}

	private void call(TransactionStatus status) {
		this.used.add(new WeakReference<>(status));
		this.used.add(new WeakReference<>(TransactionSynchronizationManager.getResource(this.transactions.database)));
		Letter letter = new Letter("call-" + this.calls.incrementAndGet(), "mail", "none", new byte[0], null,
				Instant.now());
		TransactionSynchronizationManager.registerSynchronization(
				new HeldCall(letter, this.held, Commit.current(), Transactions.NOTHING, Transactions.NOTHING));
	}

	private void callAndEnd(TransactionStatus status) {
		call(status);
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public void beforeCommit(boolean readOnly) {
				CommitListenerTests.this.beforeCommit.run();
			}

			@Override
			public void afterCommit() {
				CommitListenerTests.this.afterCommit.run();
			}

			@Override
			public void afterCompletion(int outcome) {
				CommitListenerTests.this.afterCompletion.run();
			}
		});
		this.within.accept(status);
	}

	@ParameterizedTest
	@MethodSource("ends")
	void decidesAboutACallAndLeavesNothingBehind(Consumer<CommitListenerTests> preparation, List<String> outcome) {
		preparation.accept(this);
		catchThrowable(() -> new TransactionTemplate(this.transactions).executeWithoutResult(this::callAndEnd));
		assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
		assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isFalse();
		assertThat(Mockito.mockingDetails(this.held)
			.getInvocations()
			.stream()
			.map((invocation) -> invocation.getMethod().getName())
			.filter(List.of(DROPPED, RELEASED, LET_GO)::contains)).containsExactlyElementsOf(outcome);
		Awaitility.await().until(() -> {
			System.gc();
			// the next one removes what is left
			catchThrowable(() -> new TransactionTemplate(this.transactions).executeWithoutResult((status) -> {
			}));
			return this.used.stream().allMatch((each) -> each.refersTo(null));
		});
	}

	/**
	 * Of a database, with a listener of somebody else.
	 */
	private static final class Transactions extends DataSourceTransactionManager {

		private static final Runnable NOTHING = () -> {
		};

		private final transient DriverManagerDataSource database = new DriverManagerDataSource(TwoDatabases.h2());

		private final transient Listener other = new Listener();

		private transient Runnable onCommit = NOTHING;

		private transient Runnable onRollback = NOTHING;

		private Transactions() {
			setDataSource(this.database);
			setTransactionExecutionListeners(List.of(this.other, new CommitListener()));
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.onCommit.run();
			super.doCommit(status);
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.onRollback.run();
			super.doRollback(status);
		}

	}

	/**
	 * May fail whenever it is told something.
	 */
	private static final class Listener implements TransactionExecutionListener {

		private Runnable beforeCommit = Transactions.NOTHING;

		private Runnable afterCommit = Transactions.NOTHING;

		private Runnable beforeRollback = Transactions.NOTHING;

		private Runnable afterRollback = Transactions.NOTHING;

		@Override
		public void beforeCommit(TransactionExecution transaction) {
			this.beforeCommit.run();
		}

		@Override
		public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
			this.afterCommit.run();
		}

		@Override
		public void beforeRollback(TransactionExecution transaction) {
			this.beforeRollback.run();
		}

		@Override
		public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
			this.afterRollback.run();
		}

	}

}
