package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.resilience.BreakerState;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of a probe when something else happens to its call.
 */
@Timeout(60)
class ProbeTests {

	private static final Duration LEASE = Duration.ofSeconds(20);

	// one failure opens it, one probe decides
	private static final String[] SETTINGS = { "breaker.min-calls=1", "breaker.probes=1", "breaker.open-for=10s",
			"timeout=20s", "retry.max-attempts=1", "isolation=caller" };

	private final TestClock clock = new TestClock();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment(this.clock).with(KindException.classification());

	private final CountDownLatch started = new CountDownLatch(1);

	private final CountDownLatch end = new CountDownLatch(1);

	private Operation operation = operation(Form.BLOCKING);

	@Test
	void anAbandonedCallIsAProbeThatFailed() {
		this.operation = operation(Form.BLOCKING, "isolation=thread", "timeout=50ms");
		open();
		catchThrowable(() -> this.operation.call((last) -> {
			TestEnvironment.awaitIgnoringInterrupts(this.end);
			return "late";
		}));
		assertThat(guard().abandoned()).isEqualTo(1);
		assertThat(state()).isEqualTo(BreakerState.OPEN);
		assertThat(guard().retryAfter()).isGreaterThan(Duration.ofSeconds(10));
		this.end.countDown();
		await().until(() -> guard().inFlight() == 0);
		assertThat(state()).isEqualTo(BreakerState.OPEN);
	}

	@Test
	void aHungCallersThreadKeepsTheProbeUntilTheEndOfItsLease() throws Exception {
		open();
		CompletableFuture<Object> hung = callOnAnotherThread();
		assertRefused();
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		this.clock.advance(LEASE.plusNanos(1));
		assertRefused();
		assertThat(state()).isEqualTo(BreakerState.OPEN);
		this.end.countDown();
		assertThat(hung.get(10, TimeUnit.SECONDS)).isEqualTo("value");
		assertThat(state()).isEqualTo(BreakerState.OPEN);
		this.clock.advance(Duration.ofSeconds(21));
		assertSucceeds();
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void anInterruptedCallerMakesRoomForAnotherProbe() throws Exception {
		for (String isolation : new String[] { "caller", "thread" }) {
			this.operation = operation(Form.BLOCKING, "isolation=" + isolation);
			open();
			CountDownLatch waiting = new CountDownLatch(1);
			Thread caller = new Thread(() -> catchThrowable(() -> this.operation.call((last) -> {
				waiting.countDown();
				return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
			})));
			caller.start();
			TestEnvironment.await(waiting);
			assertRefused();
			caller.interrupt();
			caller.join(TestEnvironment.LONG.toMillis());
			assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
			assertSucceeds();
			assertThat(state()).isEqualTo(BreakerState.CLOSED);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "FLUX" })
	void aCancelledCallMakesRoomForAnotherProbe(Form form) throws Throwable {
		this.operation = operation(form);
		open();
		Object result = this.operation.call((last) -> (form == Form.STAGE) ? new CompletableFuture<>() : Flux.never());
		Disposable subscription = (result instanceof Publisher<?> publisher) ? Flux.from(publisher).subscribe()
				: () -> ((CompletableFuture<?>) result).cancel(true);
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		assertRefused();
		subscription.dispose();
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		assertSucceeds();
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
	}

	@ParameterizedTest
	@CsvSource({ "RATE_LIMITED, HALF_OPEN", "REJECTED, HALF_OPEN", "CLIENT_ERROR, CLOSED", "NONE, CLOSED",
			"CORRUPT_DATA, OPEN", "SERVER_ERROR, OPEN", "TIMEOUT, OPEN" })
	void theKindOfFailureDecides(FailureKind kind, BreakerState state) {
		open();
		catchThrowable(() -> this.operation.call((last) -> {
			throw new KindException(kind);
		}));
		assertThat(state()).isEqualTo(state);
		if (state != BreakerState.OPEN) {
			assertSucceeds();
			assertThat(state()).isEqualTo(BreakerState.CLOSED);
		}
	}

	@Test
	void aFullBulkheadCostsNoProbe() {
		this.operation = operation(Form.BLOCKING, "bulkhead.max-concurrent=1", "bulkhead.max-wait=0ms");
		open();
		guard().bulkhead().tryAcquire();
		assertThat(catchThrowable(() -> call("value"))).isInstanceOf(DependencyOverloadedException.class);
		assertThat(state()).isEqualTo(BreakerState.OPEN);
		guard().bulkhead().release();
		assertSucceeds();
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
	}

	@Test
	void aUsedUpRateLimitCostsNoProbe() {
		this.operation = operation(Form.BLOCKING, "rate-limit.permits=1", "rate-limit.per=1h");
		open();
		assertThat(catchThrowable(() -> call("value"))).isInstanceOf(DependencyOverloadedException.class);
		assertThat(state()).isEqualTo(BreakerState.OPEN);
		assertThat(guard().inFlight()).isZero();
	}

	@Test
	void callsThatAreRefusedWhileAProbeIsOutCostNoRateLimit() throws Exception {
		this.operation = operation(Form.BLOCKING, "rate-limit.permits=3", "rate-limit.per=1h");
		open();
		CompletableFuture<Object> probe = callOnAnotherThread();
		for (int i = 0; i < 10; i++) {
			assertRefused();
		}
		this.end.countDown();
		probe.get(10, TimeUnit.SECONDS);
		assertSucceeds();
	}

	@Test
	void bypassedCallsDecideNothing() throws Exception {
		open();
		CompletableFuture<Object> probe = callOnAnotherThread();
		guard().setSwitch(SwitchPosition.BYPASS, null, null);
		assertSucceeds();
		catchThrowable(() -> this.operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
		guard().setSwitch(SwitchPosition.AUTO, null, null);
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		assertRefused();
		this.end.countDown();
		probe.get(10, TimeUnit.SECONDS);
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "BYPASS" })
	void aProbeReportsWhateverTheSwitchSaysMeanwhile(SwitchPosition position) throws Exception {
		open();
		CompletableFuture<Object> probe = callOnAnotherThread();
		guard().setSwitch(position, null, null);
		this.end.countDown();
		probe.get(10, TimeUnit.SECONDS);
		guard().setSwitch(SwitchPosition.AUTO, null, null);
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aStragglerOfTheClosedStateIsNoProbe(boolean succeeds) throws Exception {
		CompletableFuture<Object> straggler = callOnAnotherThread(succeeds ? null : FailureKind.SERVER_ERROR);
		open();
		Operation probing = this.environment.sibling(this.operation, Form.STAGE, List.of(), SETTINGS);
		CompletableFuture<Object> probe = new CompletableFuture<>();
		assertThat(catchThrowable(() -> probing.call((last) -> probe))).isNull();
		this.end.countDown();
		await().until(straggler::isDone);
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		assertRefused();
		probe.complete("value");
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
		assertThat(guard().readBreaker().calls()).isZero();
	}

	@Test
	void aStreamIsAProbeUntilItsFirstElement() throws Throwable {
		this.operation = operation(Form.FLUX);
		open();
		Sinks.Many<Object> stream = Sinks.many().unicast().onBackpressureBuffer();
		Disposable subscription = Flux.from((Publisher<?>) this.operation.call((last) -> stream.asFlux()))
			.onErrorComplete()
			.subscribe();
		assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
		stream.tryEmitNext("first");
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
		stream.tryEmitError(new KindException(FailureKind.SERVER_ERROR));
		assertThat(state()).isEqualTo(BreakerState.CLOSED);
		assertThat(guard().readBreaker().calls()).isZero();
		subscription.dispose();
	}

	@Test
	void aStreamCountsWhenItEndsIfItIsNoProbe() throws Throwable {
		this.operation = operation(Form.FLUX);
		Sinks.Many<Object> stream = Sinks.many().unicast().onBackpressureBuffer();
		Flux.from((Publisher<?>) this.operation.call((last) -> stream.asFlux())).onErrorComplete().subscribe();
		stream.tryEmitNext("first");
		assertThat(guard().readBreaker().calls()).isZero();
		stream.tryEmitError(new KindException(FailureKind.SERVER_ERROR));
		assertThat(state()).isEqualTo(BreakerState.OPEN);
	}

	private Operation operation(Form form, String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, form,
				Stream.concat(Stream.of(SETTINGS), Stream.of(settings)).toArray(String[]::new));
	}

	private Guard guard() {
		return this.operation.guard();
	}

	private BreakerState state() {
		return guard().readBreaker().state();
	}

	// and ready to probe
	private void open() {
		Throwable failure = catchThrowable(() -> {
			Object result = this.operation.call((last) -> {
				throw new KindException(FailureKind.SERVER_ERROR);
			});
			if (result instanceof Publisher<?> publisher) {
				Flux.from(publisher).blockLast();
			}
		});
		await().until(() -> state() == BreakerState.OPEN);
		assertThat(failure == null || failure instanceof KindException).isTrue();
		this.clock.advance(Duration.ofSeconds(10).plusNanos(1));
	}

	private CompletableFuture<Object> callOnAnotherThread() {
		return callOnAnotherThread(null);
	}

	private CompletableFuture<Object> callOnAnotherThread(FailureKind failure) {
		CompletableFuture<Object> result = new CompletableFuture<>();
		new Thread(() -> {
			try {
				result.complete(this.operation.call((last) -> {
					this.started.countDown();
					TestEnvironment.awaitIgnoringInterrupts(this.end);
					if (failure != null) {
						throw new KindException(failure);
					}
					return "value";
				}));
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		}).start();
		TestEnvironment.await(this.started);
		return result;
	}

	private void assertSucceeds() {
		assertThat(catchThrowable(() -> finish(call("value")))).isNull();
	}

	private void assertRefused() {
		DependencyUnavailableException refused = catchThrowableOfType(DependencyUnavailableException.class,
				() -> finish(call("value")));
		assertThat(refused).isNotNull();
		assertThat(refused.retryAfter()).isNotNull();
	}

	private Object call(Object value) throws Throwable {
		return this.operation.call((last) -> switch (this.operation.form()) {
			case STAGE -> CompletableFuture.completedFuture(value);
			case MONO, FLUX -> Mono.just(value);
			default -> value;
		});
	}

	private static void finish(Object result) throws Throwable {
		if (result instanceof CompletableFuture<?> stage) {
			try {
				stage.get(10, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw ex.getCause();
			}
		}
		else if (result instanceof Publisher<?> publisher) {
			Flux.from(publisher).blockLast(TestEnvironment.LONG);
		}
	}

}
