package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.DependencyType;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link AsyncRun}.
 */
class AsyncRunTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment();

	@Test
	void anAttemptIsNotStartedForACallerWhoHasGone() {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.STAGE);
		AtomicReference<AsyncRun> run = new AtomicReference<>();
		AtomicBoolean started = new AtomicBoolean();
		run.set(new AsyncRun(operation.begin((last) -> null), (call, ended) -> {
			run.get().result().cancel(true);
			return new Starting(started);
		}, CallerContext.capture(() -> (step) -> step), null));
		run.get().attempt();
		assertThat(started).isFalse();
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void nobodyWaitsForEverWhenTheGuardItselfFails() throws Throwable {
		Error error = new NoClassDefFoundError("of a listener");
		this.environment.telling((event) -> {
			throw error;
		});
		CompletableFuture<Object> stage = new CompletableFuture<>();
		CompletableFuture<?> result = (CompletableFuture<?>) this.environment
			.operation(DependencyType.CRITICAL, Form.STAGE)
			.call((last) -> stage);
		stage.complete("value");
		assertThat(result).isCompletedExceptionally();
		assertThat(catchThrowable(result::join)).hasCause(error);
	}

	private record Starting(AtomicBoolean started) implements AsyncWork {

		@Override
		public void start() {
			this.started.set(true);
		}

		@Override
		public void cancel() {
		}

	}

}
