package dev.resilience.guard;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.BreakerState;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ReactiveExecution}.
 */
class ReactiveExecutionTests {

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@Test
	void nothingHappensWithoutSubscription() throws Throwable {
		Operation operation = operation(Form.MONO);
		call(operation, (last) -> {
			throw new AssertionError("called");
		});
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.events).isEmpty();
	}

	@Test
	void emitsTheValues() throws Throwable {
		Operation operation = operation(Form.FLUX);
		Publisher<Object> flux = call(operation, (last) -> Flux.just(1, 2, 3));
		StepVerifier.create(flux).expectNext(1, 2, 3).verifyComplete();
		StepVerifier.create(flux).expectNext(1, 2, 3).verifyComplete();
		StepVerifier.create(call(operation(Form.MONO), (last) -> Mono.just("value")))
			.expectNext("value")
			.verifyComplete();
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.SUCCESS, Outcome.SUCCESS);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void failsWithTheSameException() throws Throwable {
		IOException failure = new IOException("failure");
		StepVerifier.create(call(operation(Form.MONO), (last) -> Mono.error(failure)))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
		StepVerifier.create(call(operation(Form.FLUX), (last) -> {
			throw failure;
		})).verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE, Outcome.FAILURE);
	}

	@Test
	void timeoutEndsItAndCancelsTheWork() throws Throwable {
		AtomicBoolean cancelled = new AtomicBoolean();
		Operation operation = operation(Form.MONO, "timeout=20ms");
		StepVerifier.create(call(operation, (last) -> Mono.never().doOnCancel(() -> cancelled.set(true))))
			.expectError(DependencyTimeoutException.class)
			.verify(TestEnvironment.LONG);
		await().untilTrue(cancelled);
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.TIMEOUT);
	}

	@Test
	void timeoutBoundsTheWaitForEachElementOfAStream() {
		try {
			StepVerifier
				.withVirtualTime(() -> call(virtual("timeout=5s"),
						(last) -> Flux.interval(Duration.ofSeconds(1)).take(20).concatWith(Flux.never())))
				.expectSubscription()
				.thenAwait(Duration.ofSeconds(20))
				.expectNextCount(20)
				.thenAwait(Duration.ofSeconds(5))
				.expectError(DependencyTimeoutException.class)
				.verify(TestEnvironment.LONG);
		}
		finally {
			VirtualTimeScheduler.reset();
		}
	}

	@Test
	void theTimeThatASubscriberTakesItselfIsNotThePartners() {
		try {
			StepVerifier
				.withVirtualTime(() -> call(virtual("timeout=5s"), (last) -> Flux.just(1, 2).concatWith(Flux.never())),
						1)
				.expectNext(1)
				.thenAwait(Duration.ofMinutes(1))
				.thenRequest(1)
				.expectNext(2)
				.thenAwait(Duration.ofMinutes(1))
				.thenRequest(1)
				.thenAwait(Duration.ofSeconds(5))
				.expectError(DependencyTimeoutException.class)
				.verify(TestEnvironment.LONG);
		}
		finally {
			VirtualTimeScheduler.reset();
		}
	}

	@Test
	void aPublisherThatDoesNotEvenAcceptTheSubscriptionTimesOut() {
		Operation operation = operation(Form.FLUX, "timeout=20ms");
		StepVerifier.create(call(operation, (last) -> (Publisher<Object>) (subscriber) -> {
		})).expectError(DependencyTimeoutException.class).verify(TestEnvironment.LONG);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void waitsBetweenAttemptsWithoutAThread() {
		AtomicInteger attempts = new AtomicInteger();
		try {
			StepVerifier.withVirtualTime(() -> call(virtual("timeout=1h", "idempotent=true", "retry.backoff.initial=1m",
					"retry.backoff.max=10m", "retry.backoff.jitter=0"), (last) -> {
						attempts.incrementAndGet();
						return Mono.error(new KindException(FailureKind.UNKNOWN));
					}))
				.expectSubscription()
				.expectNoEvent(Duration.ofMinutes(1))
				.then(() -> assertThat(attempts).hasValue(2))
				.expectNoEvent(Duration.ofMinutes(2).minusNanos(1))
				.thenAwait(Duration.ofSeconds(1))
				.expectError(KindException.class)
				.verify(TestEnvironment.LONG);
			assertThat(attempts).hasValue(3);
		}
		finally {
			VirtualTimeScheduler.reset();
		}
	}

	@Test
	void cancelReturnsThePermitAndIsNoFailure() throws Throwable {
		Operation operation = operation(Form.FLUX, "breaker.min-calls=1");
		StepVerifier.create(call(operation, (last) -> Flux.never()))
			.expectSubscription()
			.thenCancel()
			.verify(TestEnvironment.LONG);
		assertThat(operation.guard().inFlight()).isZero();
		assertThat(operation.guard().readBreaker().calls()).isZero();
		assertThat(this.environment.onlyEvent().isSignal()).isFalse();
	}

	@Test
	void whoeverCancelsAfterAnElementHasBeenServed() throws Throwable {
		Operation operation = operation(Form.FLUX, "retry.max-attempts=1");
		for (int i = 0; i < 100; i++) {
			boolean fails = i % 25 == 0;
			Flux<Object> flux = Flux.from(call(operation,
					(last) -> fails ? Flux.error(new KindException(FailureKind.SERVER_ERROR)) : Flux.just(1, 2)));
			flux.next().onErrorComplete().block(TestEnvironment.LONG);
		}
		assertThat(operation.guard().readBreaker().failureRate()).isEqualTo(0.04);
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.CLOSED);
		assertThat(this.environment.outcomes()).filteredOn(Outcome.SUCCESS::equals).hasSize(96);
	}

	@Test
	void noAttemptIsTheLastBecauseItMayBeSubscribedAgain() throws Throwable {
		Publisher<Object> mono = call(operation(Form.MONO, "retry.max-attempts=1"), (last) -> Mono.just(last));
		assertThat(Mono.from(mono).block()).isEqualTo(false);
		assertThat(Mono.from(mono).block()).isEqualTo(false);
	}

	@Test
	void aPublisherThatFailsLeadsToTheNextWayOut() throws Throwable {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.MONO, List
			.of((failed, failure) -> Mono.error(new IllegalStateException("fallback")), (failed, failure) -> "empty"),
				"retry.max-attempts=1");
		StepVerifier.create(call(operation, (last) -> Mono.error(new KindException(FailureKind.SERVER_ERROR))))
			.expectNext("empty")
			.expectComplete()
			.verify(TestEnvironment.LONG);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FALLBACK);
	}

	@Test
	void cancelAfterTheEndIsNotASecondOutcome() throws Throwable {
		for (Work work : List.<Work>of((last) -> Flux.just(1),
				(last) -> Flux.error(new KindException(FailureKind.UNKNOWN)))) {
			this.environment.events.clear();
			Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.FLUX,
					List.of((failed, failure) -> Flux.never()));
			AtomicReference<Subscription> subscription = new AtomicReference<>();
			Flux.from(call(operation, work)).doOnSubscribe(subscription::set).subscribe();
			subscription.get().cancel();
			assertThat(this.environment.events).hasSize(1);
			assertThat(operation.guard().inFlight()).isZero();
		}
	}

	@Test
	void wayOutReplacesAFailureBeforeAnythingWasEmitted() throws Throwable {
		for (Object instead : List.of("instead", Mono.just("instead"))) {
			Operation operation = this.environment.operation(DependencyType.OPTIONAL, Form.MONO,
					List.of((work, failure) -> instead));
			StepVerifier.create(call(operation, (last) -> Mono.error(new KindException(FailureKind.UNKNOWN))))
				.expectNext("instead")
				.verifyComplete();
		}
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FALLBACK, Outcome.FALLBACK);
	}

	@Test
	void aWayOutHasMoreTimeThanTheSpentCall() throws Throwable {
		Operation backup = operation(Form.MONO);
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.MONO,
				List.of((work, failure) -> call(backup, (last) -> Mono.just("backup"))), "timeout=20ms");
		StepVerifier.create(call(operation, (last) -> Mono.never()))
			.expectNext("backup")
			.expectComplete()
			.verify(TestEnvironment.LONG);
		assertThat(this.environment.outcomes()).containsExactlyInAnyOrder(Outcome.FALLBACK, Outcome.SUCCESS);
	}

	@Test
	void permitIsBackBeforeTheWayOutRuns() throws Throwable {
		AtomicInteger inFlight = new AtomicInteger(-1);
		Operation[] operation = new Operation[1];
		operation[0] = this.environment.operation(DependencyType.DEGRADED, Form.MONO, List.of((work, failure) -> {
			inFlight.set(operation[0].guard().inFlight());
			return "instead";
		}), "bulkhead.max-concurrent=1");
		StepVerifier.create(call(operation[0], (last) -> Mono.error(new KindException(FailureKind.CORRUPT_DATA))))
			.expectNext("instead")
			.verifyComplete();
		assertThat(inFlight).hasValue(0);
	}

	@Test
	void aStreamThatHasEmittedIsNeitherRepeatedNorReplaced() throws Throwable {
		AtomicInteger attempts = new AtomicInteger();
		KindException failure = new KindException(FailureKind.UNKNOWN);
		Work work = (last) -> {
			attempts.incrementAndGet();
			return Flux.just(1).concatWith(Flux.error(failure));
		};
		StepVerifier.create(call(operation(Form.FLUX, "idempotent=true"), work))
			.expectNext(1)
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
		Operation degraded = this.environment.operation(DependencyType.DEGRADED, Form.FLUX,
				List.of((failed, reason) -> Flux.just(2)), "idempotent=true");
		StepVerifier.create(call(degraded, work)).expectNext(1).verifyComplete();
		assertThat(attempts).hasValue(2);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.FAILURE, Outcome.FALLBACK);
	}

	@Test
	void waitsForTheBulkheadAndGivesUp() throws Throwable {
		Operation operation = operation(Form.MONO, "bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		Sinks.One<Object> first = Sinks.one();
		Disposable running = Mono.from(call(operation, (last) -> first.asMono())).subscribe();
		StepVerifier.create(call(operation, (last) -> Mono.just("second")))
			.expectSubscription()
			.then(() -> first.tryEmitValue("first"))
			.expectNext("second")
			.expectComplete()
			.verify(TestEnvironment.LONG);
		assertThat(running.isDisposed()).isTrue();
		await().until(() -> operation.guard().inFlight() == 0);
		operation.guard().bulkhead().tryAcquire();
		Operation impatient = this.environment.sibling(operation, Form.MONO, List.of(), "timeout=20ms");
		StepVerifier.create(call(impatient, (last) -> Mono.just("never")))
			.expectError(DependencyOverloadedException.class)
			.verify(TestEnvironment.LONG);
		operation.guard().bulkhead().release();
		assertThat(operation.guard().inFlight()).isZero();
	}

	@Test
	void permitsAreExactAfterManySubscriptionsWithCancels() throws Throwable {
		Operation operation = operation(Form.MONO, "bulkhead.max-concurrent=8", "bulkhead.max-wait=1ms",
				"rate-limit.permits=50", "rate-limit.per=1ms", "breaker.min-calls=100000", "retry.max-attempts=2",
				"idempotent=true", "retry.backoff.initial=1ms", "retry.backoff.max=1ms");
		int subscriptions = 100_000;
		CountDownLatch ended = new CountDownLatch(subscriptions);
		Publisher<Object> mono = call(operation, (last) -> switch (ThreadLocalRandom.current().nextInt(4)) {
			case 0 -> Mono.just("value");
			case 1 -> Mono.error(new KindException(FailureKind.SERVER_ERROR));
			case 2 -> Mono.just("later").publishOn(Schedulers.parallel());
			default -> Mono.just("other").subscribeOn(Schedulers.parallel());
		});
		for (int i = 0; i < subscriptions; i++) {
			Disposable subscription = Mono.from(mono).doFinally((signal) -> ended.countDown()).subscribe((value) -> {
			}, (ex) -> {
			});
			if (ThreadLocalRandom.current().nextInt(3) == 0) {
				subscription.dispose();
			}
		}
		assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
		await().until(() -> operation.guard().inFlight() == 0);
		await().untilAsserted(() -> assertThat(this.environment.events).hasSize(subscriptions));
	}

	private Operation operation(Form form, String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, form, settings);
	}

	private Operation virtual(String... settings) {
		TestEnvironment environment = new TestEnvironment(() -> Schedulers.parallel().now(TimeUnit.NANOSECONDS))
			.with(KindException.classification());
		return environment.operation(DependencyType.CRITICAL, Form.FLUX, settings);
	}

	@SuppressWarnings("unchecked")
	private static Publisher<Object> call(Operation operation, Work work) {
		try {
			return (Publisher<Object>) operation.call(work);
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

}
