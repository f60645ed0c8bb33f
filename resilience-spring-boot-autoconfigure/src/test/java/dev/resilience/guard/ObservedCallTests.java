package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import dev.resilience.BreakerState;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Dependencies that are only observed.
 */
@Timeout(60)
class ObservedCallTests {

	private static final WayOut FALLBACK = (work, failure) -> "fallback";

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@ParameterizedTest
	@EnumSource(value = DependencyType.class, names = "UNCLASSIFIED", mode = EnumSource.Mode.EXCLUDE)
	void theCallerSeesTheMethodItself(DependencyType type) throws Throwable {
		Operation operation = operation(type, Form.BLOCKING);
		Thread caller = Thread.currentThread();
		assertThat(operation.call((last) -> {
			assertThat(Thread.currentThread()).isSameAs(caller);
			assertThat(DependencyCall.current()).isEmpty();
			return "value";
		})).isEqualTo("value");
		KindException failure = new KindException(FailureKind.SERVER_ERROR);
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			throw failure;
		})).isSameAs(failure);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.FALLBACK);
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isEqualTo(2);
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(0.5);
	}

	@Test
	void withoutAWayOutItWouldHaveFailed() {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "mode=observe");
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE);
	}

	@Test
	void noFurtherAttemptIsMadeAndWhatWasDecidedIsRecorded() {
		Operation operation = operation(DependencyType.CRITICAL, Form.BLOCKING, "idempotent=true");
		AtomicInteger attempts = new AtomicInteger();
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			attempts.incrementAndGet();
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
		assertThat(attempts).hasValue(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.RETRIED);
	}

	@Test
	void anOpenBreakerRefusesNobody() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.BLOCKING, "breaker.min-calls=2");
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
				throw new KindException(FailureKind.SERVER_ERROR);
			}));
		}
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		assertThat(operation.call((last) -> "value")).isEqualTo("value");
		CallEvent refused = this.environment.events.stream().skip(2).findFirst().orElseThrow();
		assertThat(refused.failure()).isEqualTo(FailureKind.REJECTED);
		assertThat(refused.outcome()).isEqualTo(Outcome.FALLBACK);
		assertThat(operation.guard().readBreaker().refused()).isEqualTo(1);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void theBreakerProbesWithOrdinaryCalls() throws Throwable {
		TestClock clock = new TestClock();
		try (TestEnvironment environment = new TestEnvironment(clock).with(KindException.classification())) {
			Operation operation = environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "mode=observe",
					"breaker.min-calls=2", "breaker.probes=2");
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
					throw new KindException(FailureKind.SERVER_ERROR);
				}));
			}
			assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
			clock.advance(Duration.ofSeconds(11));
			operation.call((last) -> "value");
			assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.HALF_OPEN);
			operation.call((last) -> "value");
			assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
		}
	}

	@Test
	void aFullBulkheadRefusesNobody() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.BLOCKING, "bulkhead.max-concurrent=1");
		assertThat(operation.call((last) -> operation.call((inner) -> "value"))).isEqualTo("value");
		assertThat(this.environment.events.stream().map(CallEvent::failure)).containsExactly(FailureKind.REJECTED,
				FailureKind.NONE);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void aRateLimitRefusesNobody() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.BLOCKING, "rate-limit.permits=1",
				"rate-limit.per=1h");
		for (int i = 0; i < 3; i++) {
			assertThat(operation.call((last) -> "value")).isEqualTo("value");
		}
		assertThat(this.environment.events.stream().map(CallEvent::failure)).containsExactly(FailureKind.NONE,
				FailureKind.REJECTED, FailureKind.REJECTED);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void aTimeoutInterruptsNobodyAndIsRecordedWhenItWouldHaveCome() throws Throwable {
		Operation operation = operation(DependencyType.DEGRADED, Form.BLOCKING, "timeout=50ms");
		assertThat(operation.call((last) -> {
			// nothing but its own end ends it
			await().until(() -> this.environment.events.size() == 1);
			assertThat(operation.guard().inFlight()).isEqualTo(1);
			assertThat(operation.guard().abandoned()).isEqualTo(1);
			return "late";
		})).isEqualTo("late");
		assertThat(Thread.interrupted()).isFalse();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(1);
	}

	@Test
	void whatIsFireAndForgetOtherwiseIsWaitedFor() {
		Operation operation = operation(DependencyType.OPTIONAL, Form.BACKGROUND);
		Thread caller = Thread.currentThread();
		AtomicReference<Thread> ran = new AtomicReference<>();
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			ran.set(Thread.currentThread());
			throw new KindException(FailureKind.SERVER_ERROR);
		}));
		assertThat(ran).hasValue(caller);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FALLBACK);
	}

	@Test
	void aStageIsHandedOverAsItIs() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.STAGE);
		CompletableFuture<String> stage = new CompletableFuture<>();
		assertThat(operation.call((last) -> stage)).isSameAs(stage);
		assertThat(operation.guard().inFlight()).isEqualTo(1);
		assertThat(this.environment.events).isEmpty();
		stage.completeExceptionally(new KindException(FailureKind.SERVER_ERROR));
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.SERVER_ERROR);
	}

	@Test
	void aStageThatHangsIsRecordedAsTimedOut() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.STAGE, "timeout=50ms");
		CompletableFuture<String> stage = new CompletableFuture<>();
		operation.call((last) -> stage);
		await().until(() -> this.environment.events.size() == 1);
		assertThat(stage).isNotDone();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(operation.guard().abandoned()).isEqualTo(1);
		stage.complete("late");
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().abandoned()).isZero();
		assertThat(this.environment.events).hasSize(1);
	}

	@Test
	void aCancelledStageSaysNothingOfThePartner() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.STAGE);
		CompletableFuture<String> stage = new CompletableFuture<>();
		operation.call((last) -> stage);
		stage.cancel(true);
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isZero();
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void aPlainFutureIsHandedOverAsItIs() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.STAGE);
		FutureTask<String> future = new FutureTask<>(() -> "value");
		assertThat(operation.call((last) -> future)).isSameAs(future);
		future.run();
		await().until(() -> this.environment.events.size() == 1);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void nobodyWaitsForAPlainFutureOfACallThatWouldHaveBeenRefused() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.STAGE, "bulkhead.max-concurrent=1");
		List<FutureTask<String>> futures = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			FutureTask<String> future = new FutureTask<>(() -> "value");
			assertThat(operation.call((last) -> future)).isSameAs(future);
			futures.add(future);
		}
		// it is known at once, and takes no time of the partner
		assertThat(this.environment.events).hasSize(49)
			.allSatisfy((event) -> assertThat(event.failure()).isEqualTo(FailureKind.REJECTED));
		futures.forEach(FutureTask::run);
		await().until(() -> this.environment.events.size() == 50);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void aMonoIsObservedInEachSubscription() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.MONO, "idempotent=true");
		AtomicInteger subscriptions = new AtomicInteger();
		Mono<?> mono = (Mono<?>) operation.call((last) -> Mono.fromCallable(() -> {
			if (subscriptions.incrementAndGet() == 2) {
				throw new KindException(FailureKind.SERVER_ERROR);
			}
			return "value";
		}));
		assertThat(this.environment.events).isEmpty();
		assertThat(mono.block()).isEqualTo("value");
		assertThatExceptionOfType(KindException.class).isThrownBy(mono::block);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.FALLBACK);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void aFluxThatPausesTooLongIsRecordedAsTimedOut() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.FLUX, "timeout=50ms");
		Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
		CountDownLatch completed = new CountDownLatch(1);
		List<Object> seen = new CopyOnWriteArrayList<>();
		((Flux<?>) operation.call((last) -> sink.asFlux())).subscribe(seen::add, (ex) -> {
		}, completed::countDown);
		sink.tryEmitNext("a");
		await().until(() -> this.environment.events.size() == 1);
		sink.tryEmitNext("b");
		sink.tryEmitComplete();
		TestEnvironment.await(completed);
		assertThat(seen).containsExactly("a", "b");
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void theTimeThatASubscriberOfAFluxTakesItselfIsNotThePartners() throws Throwable {
		TestClock clock = new TestClock();
		try (TestEnvironment environment = new TestEnvironment(clock)) {
			Operation operation = environment.operation(DependencyType.CRITICAL, Form.FLUX, "mode=observe",
					"timeout=20ms");
			ThreadPoolExecutor timer = (ThreadPoolExecutor) environment.timer;
			StepVerifier.create(((Flux<?>) operation.call((last) -> Flux.just("a", "b").hide())).cast(String.class), 1)
				.expectNext("a")
				.then(() -> clock.advance(Duration.ofMinutes(1)))
				.then(() -> await().until(() -> timer.getCompletedTaskCount() > 0))
				.thenRequest(1)
				.expectNext("b")
				.expectComplete()
				.verify(TestEnvironment.LONG);
			assertThat(environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
		}
	}

	@Test
	void whoeverCancelsAFluxThatHasBegunWasServed() throws Throwable {
		Operation operation = operation(DependencyType.CRITICAL, Form.FLUX);
		Flux<?> flux = (Flux<?>) operation.call((last) -> Flux.concat(Mono.just("a"), Flux.never()));
		flux.blockFirst();
		Flux<?> silent = (Flux<?>) operation.call((last) -> Flux.never());
		Disposable subscription = silent.subscribe();
		subscription.dispose();
		assertThat(this.environment.events.stream().map(CallEvent::isSignal)).containsExactly(true, false);
		assertThat(operation.guard().inFlight()).isZero();
	}

	private Operation operation(DependencyType type, Form form, String... settings) {
		return this.environment.operation(type, form, List.of(FALLBACK),
				Stream.concat(Stream.of("mode=observe"), Arrays.stream(settings)).toArray(String[]::new));
	}

}
