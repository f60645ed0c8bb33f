package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Calls whose context cannot be carried to another thread: they end, and give back what
 * they have.
 */
class CallerContextTests {

	private static final ContextCarrier BROKEN = (outlivesRequest) -> (work) -> () -> {
		throw new BrokenAccessor();
	};

	private static final ContextCarrier CANNOT_CAPTURE = (outlivesRequest) -> {
		throw new BrokenAccessor();
	};

	// stands still: no token comes before it is waited for
	private final TestClock clock = new TestClock();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment(this.clock).with(KindException.classification());

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = { "BLOCKING", "DURABLE" })
	void callThatWaitsForItsPlaceEndsWithTheFailure(Form form) throws Throwable {
		Operation operation = operation(BROKEN, form, "bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		operation.guard().bulkhead().tryAcquire();
		CompletableFuture<Object> result = call(operation, () -> "value");
		operation.guard().bulkhead().release();
		assertFailed(operation, form, result);
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "FLUX" })
	void callThatWaitsForItsTokenEndsWithTheFailure(Form form) throws Throwable {
		Operation operation = operation(BROKEN, form, "rate-limit.permits=1", "rate-limit.per=20ms",
				"rate-limit.max-wait=10s");
		call(operation, () -> "value").get(10, TimeUnit.SECONDS);
		this.environment.events.clear();
		assertFailed(operation, form, call(operation, () -> "value"));
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "FLUX" })
	void callIsNotRepeatedOutsideOfItsContext(Form form) throws Throwable {
		AtomicInteger attempts = new AtomicInteger();
		Operation operation = operation(BROKEN, form, "idempotent=true", "retry.max-attempts=2",
				"retry.backoff.initial=1ms");
		assertFailed(operation, form, call(operation, () -> {
			attempts.incrementAndGet();
			throw new KindException(FailureKind.UNKNOWN);
		}));
		assertThat(attempts).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "FLUX" })
	void callerOfADegradedDependencyIsServedNevertheless(Form form) throws Throwable {
		this.environment.with(BROKEN);
		Operation operation = this.environment.operation(DependencyType.DEGRADED, form,
				List.of((work, failure) -> "instead"), "timeout=20ms");
		CompletableFuture<Object> result = call(operation, null);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("instead");
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "FLUX" })
	void callThatStaysWhereItIsNeedsNoContext(Form form) throws Throwable {
		assertThat(call(operation(CANNOT_CAPTURE, form), () -> "value").get(10, TimeUnit.SECONDS)).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(names = { "BACKGROUND" })
	void firingNeverFails(Form form) throws Throwable {
		Operation operation = operation(CANNOT_CAPTURE, form);
		call(operation, () -> "value");
		await().until(() -> operation.guard().pending() == 0);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
		assertThat(operation.guard().inFlight()).isZero();
	}

	private void assertFailed(Operation operation, Form form, CompletableFuture<Object> result) {
		if (form != Form.BACKGROUND) {
			assertThat(catchThrowable(() -> result.get(10, TimeUnit.SECONDS)))
				.hasRootCauseInstanceOf(BrokenAccessor.class);
		}
		await().until(() -> operation.guard().inFlight() == 0);
		await().untilAsserted(() -> assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE));
	}

	private Operation operation(ContextCarrier context, Form form, String... settings) {
		this.environment.with(context);
		return this.environment.operation(DependencyType.CRITICAL, form, settings);
	}

	/** Never ends without a value. */
	private static CompletableFuture<Object> call(Operation operation, @Nullable Supplier<Object> value)
			throws Throwable {
		Object result = operation.call((last) -> switch (operation.form()) {
			case STAGE -> (value != null) ? CompletableFuture.completedFuture(value.get()) : new CompletableFuture<>();
			case MONO, FLUX -> (value != null) ? Mono.fromSupplier(value) : Mono.never();
			default -> (value != null) ? value.get() : null;
		});
		if (result instanceof Publisher<?> publisher) {
			return Flux.<Object>from(publisher).singleOrEmpty().toFuture();
		}
		return (result instanceof CompletableFuture<?> future) ? future.thenApply((each) -> each)
				: CompletableFuture.completedFuture(null);
	}

	private static final class BrokenAccessor extends RuntimeException {

	}

}
