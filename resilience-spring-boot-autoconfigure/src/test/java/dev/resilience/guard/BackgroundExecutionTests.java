package dev.resilience.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.LoggedLines;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link BackgroundExecution}.
 */
@ExtendWith(OutputCaptureExtension.class)
class BackgroundExecutionTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger started = new AtomicInteger();

	private final Work hung = (last) -> {
		this.started.incrementAndGet();
		TestEnvironment.awaitIgnoringInterrupts(this.end);
		return null;
	};

	@Test
	void callerGoesOnAtOnceAlthoughTheWorkHangs() throws Throwable {
		Operation operation = operation(List.of());
		assertThat(operation.call(this.hung)).isNull();
		await().until(() -> this.started.get() == 1);
		assertThat(operation.guard().pending()).isEqualTo(1);
		assertThat(this.environment.events).isEmpty();
		this.end.countDown();
		awaitQuiet(operation);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void whatDoesNotFitIsRejectedAndCounted() throws Throwable {
		Operation operation = operation(List.of(), "queue=2", "bulkhead.max-concurrent=1");
		for (int i = 0; i < 5; i++) {
			operation.call(this.hung);
		}
		assertThat(this.environment.outcomes()).containsExactly(Outcome.REJECTED, Outcome.REJECTED);
		assertThat(operation.guard().pending()).isEqualTo(3);
		this.end.countDown();
		awaitQuiet(operation);
		assertThat(this.started).hasValue(3);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.REJECTED, Outcome.REJECTED, Outcome.SUCCESS,
				Outcome.SUCCESS, Outcome.SUCCESS);
	}

	@Test
	void noFallbackKeepsTheCallerOfWhatDoesNotFit() throws Throwable {
		Operation operation = operation(List.of((work, failure) -> {
			throw new AssertionError("ran on " + Thread.currentThread());
		}), "queue=1", "bulkhead.max-concurrent=1");
		for (int i = 0; i < 3; i++) {
			operation.call(this.hung);
		}
		assertThat(this.environment.outcomes()).containsExactly(Outcome.REJECTED);
		this.end.countDown();
		awaitQuiet(operation);
	}

	@Test
	void timeoutCountsFromTheStartOfTheWork() throws Throwable {
		Operation operation = operation(List.of(), "bulkhead.max-concurrent=1", "timeout=200ms");
		CountDownLatch firstStarted = new CountDownLatch(1);
		operation.call((last) -> {
			firstStarted.countDown();
			return this.hung.attempt(last);
		});
		TestEnvironment.await(firstStarted);
		operation.call((last) -> null);
		// the first is abandoned and keeps its permit, the second waits beyond its
		// timeout
		await().until(() -> this.environment.events.size() == 1);
		this.end.countDown();
		awaitQuiet(operation);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE, Outcome.SUCCESS);
		assertThat(operation.guard().abandoned()).isZero();
	}

	@Test
	void fallbackRuns() throws Throwable {
		CompletableFuture<FailureKind> fallback = new CompletableFuture<>();
		Operation operation = operation(List.of((work, failure) -> {
			fallback.complete(failure.kind());
			return null;
		}));
		operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		});
		assertThat(fallback.get(10, TimeUnit.SECONDS)).isEqualTo(FailureKind.SERVER_ERROR);
		awaitQuiet(operation);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void failureWithoutFallbackIsLogged(CapturedOutput output) throws Throwable {
		Operation operation = operation(List.of());
		operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		});
		awaitQuiet(operation);
		await().until(() -> output.getAll()
			.contains("Fire-and-forget call of 'Client.call' failed: dev.resilience.guard.KindException"));
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void manyFailuresAreOneLine() throws Throwable {
		try (LoggedLines lines = LoggedLines.ours()) {
			Operation operation = operation(List.of(), "queue=500", "breaker.enabled=false");
			for (int i = 0; i < 300; i++) {
				operation.call((last) -> {
					throw new KindException(FailureKind.SERVER_ERROR);
				});
			}
			awaitQuiet(operation);
			assertThat(this.environment.outcomes()).hasSize(300);
			assertThat(lines.of(operation.policy().dependency(), "Fire-and-forget call of")).hasSize(1);
		}
	}

	@Test
	void startsAfterCommit() throws Throwable {
		List<Runnable> committed = new ArrayList<>();
		this.environment.with(new SeamTransactions(committed, new ArrayList<>()));
		Operation operation = operation(List.of());
		operation.call((last) -> this.started.incrementAndGet());
		assertThat(operation.guard().pending()).isEqualTo(1);
		assertThat(this.started).hasValue(0);
		committed.forEach(Runnable::run);
		awaitQuiet(operation);
		assertThat(this.started).hasValue(1);
	}

	@Test
	void isDroppedOnRollback() throws Throwable {
		List<Runnable> rolledBack = new ArrayList<>();
		this.environment.with(new SeamTransactions(new ArrayList<>(), rolledBack));
		Operation operation = operation(List.of());
		operation.call((last) -> this.started.incrementAndGet());
		rolledBack.forEach(Runnable::run);
		assertThat(operation.guard().pending()).isZero();
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.events).isEmpty();
	}

	@Test
	void errorReachesTheUncaughtHandler() throws Throwable {
		CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
		Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
		Thread.setDefaultUncaughtExceptionHandler((thread, ex) -> uncaught.complete(ex));
		try {
			Error error = new AssertionError("error");
			Operation operation = operation(List.of((work, failure) -> "instead"));
			operation.call((last) -> {
				throw error;
			});
			assertThat(uncaught.get(10, TimeUnit.SECONDS)).isSameAs(error);
			awaitQuiet(operation);
		}
		finally {
			Thread.setDefaultUncaughtExceptionHandler(before);
		}
	}

	@Test
	void retriesInTheBackground() throws Throwable {
		Operation operation = operation(List.of(), "retry.max-attempts=3", "idempotent=true",
				"retry.backoff.initial=1ms");
		operation.call((last) -> {
			if (this.started.incrementAndGet() < 3) {
				throw new KindException(FailureKind.UNKNOWN);
			}
			return null;
		});
		awaitQuiet(operation);
		assertThat(this.started).hasValue(3);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void shutDownWorkersRejectWhatWaits() throws Throwable {
		Operation operation = operation(List.of(), "queue=5000", "bulkhead.max-concurrent=1");
		for (int i = 0; i < 5001; i++) {
			operation.call(this.hung);
		}
		await().until(() -> this.started.get() == 1);
		this.environment.workers.shutdown();
		this.end.countDown();
		awaitQuiet(operation);
		assertThat(this.environment.outcomes()).hasSize(5001);
		assertThat(this.environment.outcomes().stream().filter(Outcome.REJECTED::equals)).hasSize(5000);
	}

	private Operation operation(List<WayOut> wayOuts, String... settings) {
		return this.environment.operation(DependencyType.OPTIONAL, Form.BACKGROUND, wayOuts, settings);
	}

	private static void awaitQuiet(Operation operation) {
		await().until(() -> operation.guard().pending() == 0 && operation.guard().inFlight() == 0);
	}

	private record SeamTransactions(List<Runnable> committed, List<Runnable> rolledBack) implements Transactions {

		@Override
		public boolean isActive() {
			return true;
		}

		@Override
		public void afterCommit(Runnable work, Runnable dropped) {
			this.committed.add(work);
			this.rolledBack.add(dropped);
		}

	}

}
