package dev.resilience.guard;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.BreakerState;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.blockhound.BlockHound;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * BlockHound watches the threads that must not block. It changes the JDK's own classes
 * for good, so that these tests have a JVM of their own.
 */
@Timeout(60)
class NonBlockingTests {

	private static final String FLAG = "-XX:+AllowRedefinitionToAddDeleteMethods";

	private static final Queue<Throwable> blocked = new ConcurrentLinkedQueue<>();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@AutoClose("dispose")
	private final Scheduler eventLoop = Schedulers.newParallel("event-loop", 1);

	@BeforeAll
	static void watch() {
		assumeTrue(ManagementFactory.getRuntimeMXBean().getInputArguments().contains(FLAG), "BlockHound needs " + FLAG);
		// Reactor looks for its plugins once
		Flux.from(Mono.empty()).blockLast();
		// what is thrown would be one failure of the dependency more
		BlockHound.install((builder) -> builder
			.blockingMethodCallback((method) -> blocked.add(new Throwable(method.toString())))
			.allowBlockingCallsInside("java.lang.ClassLoader", "loadClass")
			// the locks of the JDK's executors, held for a few instructions: Reactor's
			// own
			// schedulers take them too
			.allowBlockingCallsInside(ScheduledThreadPoolExecutor.class.getName() + "$DelayedWorkQueue", "offer")
			.allowBlockingCallsInside(ScheduledThreadPoolExecutor.class.getName() + "$DelayedWorkQueue", "remove")
			.allowBlockingCallsInside(ThreadPoolExecutor.class.getName(), "addWorker")
			// where a log goes to is up to the application
			.allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders"));
	}

	@BeforeEach
	void forget() {
		blocked.clear();
	}

	@AfterEach
	void nothingHasBlocked(TestInfo test) {
		if (!test.getTags().contains("bites")) {
			Throwable first = blocked.peek();
			if (first != null) {
				throw new AssertionError("A thread has blocked that must not", first);
			}
		}
	}

	@Test
	@Tag("bites")
	void aCallThatBlocksIsFound() {
		StepVerifier.create(call(operation(Form.MONO), (last) -> {
			Thread.sleep(1);
			return Mono.just("value");
		})).expectNext("value").verifyComplete();
		assertThat(blocked).isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void success(Form form) {
		StepVerifier.create(call(operation(form), (last) -> Mono.just("value"))).expectNext("value").verifyComplete();
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void backOff(Form form) {
		AtomicInteger attempts = new AtomicInteger();
		Operation operation = operation(form, "idempotent=true", "retry.backoff.initial=5ms");
		StepVerifier
			.create(call(operation, (last) -> (attempts.incrementAndGet() < 3)
					? Mono.error(new KindException(FailureKind.UNKNOWN)) : Mono.just("third")))
			.expectNext("third")
			.verifyComplete();
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void timeout(Form form) {
		StepVerifier.create(call(operation(form, "timeout=10ms"), (last) -> Mono.never()))
			.verifyError(DependencyTimeoutException.class);
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void wayOut(Form form) {
		for (Object instead : List.of("instead", Mono.just("instead"))) {
			Operation operation = this.environment.operation(DependencyType.DEGRADED, form,
					List.of((work, failure) -> instead), "timeout=10ms");
			StepVerifier.create(call(operation, (last) -> Mono.never())).expectNext("instead").verifyComplete();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void waitForThePlace(Form form) {
		Operation operation = operation(form, "bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		Sinks.One<Object> first = Sinks.one();
		CompletableFuture<Object> one = Flux.from(call(operation, (last) -> first.asMono())).next().toFuture();
		await().until(() -> operation.guard().inFlight() == 1);
		CompletableFuture<Object> two = Flux.from(call(operation, (last) -> Mono.just("second"))).next().toFuture();
		this.eventLoop.schedule(() -> first.tryEmitValue("first"));
		assertThat(one).succeedsWithin(TestEnvironment.LONG).isEqualTo("first");
		assertThat(two).succeedsWithin(TestEnvironment.LONG).isEqualTo("second");
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void waitForThePlaceInVain(Form form) {
		Operation operation = operation(form, "bulkhead.max-concurrent=1", "bulkhead.max-wait=10ms");
		operation.guard().bulkhead().tryAcquire();
		StepVerifier.create(call(operation, (last) -> Mono.just("value")))
			.verifyError(DependencyOverloadedException.class);
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void waitForTheToken(Form form) {
		Operation operation = operation(form, "rate-limit.permits=1", "rate-limit.per=10ms", "rate-limit.max-wait=10s");
		for (int i = 0; i < 5; i++) {
			StepVerifier.create(call(operation, (last) -> Mono.just("value"))).expectNext("value").verifyComplete();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void breakerThatOpensAndProbes(Form form) {
		Operation operation = operation(form, "breaker.min-calls=1", "breaker.window=1", "breaker.open-for=10ms",
				"breaker.probes=1");
		StepVerifier.create(call(operation, (last) -> Mono.error(new KindException(FailureKind.SERVER_ERROR))))
			.verifyError(KindException.class);
		await().until(() -> {
			Flux.from(call(operation, (last) -> Mono.just("value"))).onErrorComplete().blockLast();
			return operation.guard().readBreaker().state() == BreakerState.CLOSED;
		});
		assertThat(this.environment.outcomes()).contains(Outcome.SUCCESS);
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void cancel(Form form) {
		Operation operation = operation(form);
		Disposable subscription = Flux.from(call(operation, (last) -> Mono.never())).subscribe();
		await().until(() -> operation.guard().inFlight() == 1);
		this.eventLoop.schedule(subscription::dispose);
		await().until(() -> operation.guard().inFlight() == 0);
	}

	@Test
	void stageThatCompletesOnAnEventLoop() {
		CompletableFuture<Object> stage = new CompletableFuture<>();
		CompletableFuture<Object> result = callStage(operation(Form.STAGE), (last) -> stage);
		this.eventLoop.schedule(() -> stage.complete("value"));
		assertThat(result).succeedsWithin(TestEnvironment.LONG).isEqualTo("value");
	}

	@Test
	void stagesThatFailOnAnEventLoopAreRepeatedAndReplacedElsewhere() {
		Operation operation = this.environment.operation(DependencyType.DEGRADED, Form.STAGE,
				List.of((work, failure) -> {
					Thread.sleep(1);
					return "instead";
				}), "idempotent=true", "retry.backoff.initial=1ms");
		CompletableFuture<Object> result = callStage(operation, (last) -> {
			Thread.sleep(1);
			CompletableFuture<Object> stage = new CompletableFuture<>();
			this.eventLoop
				.schedule(() -> stage.completeExceptionally(new KindException(FailureKind.CONNECTION_REFUSED)));
			return stage;
		});
		assertThat(result).succeedsWithin(TestEnvironment.LONG).isEqualTo("instead");
	}

	@Test
	void placeThatAnEventLoopGivesBackIsTakenElsewhere() {
		Operation operation = operation(Form.STAGE, "bulkhead.max-concurrent=1", "bulkhead.max-wait=10s");
		CompletableFuture<Object> stage = new CompletableFuture<>();
		callStage(operation, (last) -> stage);
		CompletableFuture<Object> second = callStage(operation, (last) -> {
			Thread.sleep(1);
			return CompletableFuture.completedFuture("second");
		});
		this.eventLoop.schedule(() -> stage.complete("first"));
		assertThat(second).succeedsWithin(TestEnvironment.LONG).isEqualTo("second");
	}

	@Test
	void stageThatIsStartedAndCancelledOnAnEventLoop() {
		Operation operation = operation(Form.STAGE);
		CompletableFuture<Object> stage = new CompletableFuture<>();
		this.eventLoop.schedule(() -> callStage(operation, (last) -> stage).cancel(true));
		assertThat(catchThrowable(() -> stage.get(10, TimeUnit.SECONDS))).isNotNull();
		assertThat(stage).isCancelled();
		await().until(() -> operation.guard().inFlight() == 0);
	}

	private Operation operation(Form form, String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, form, settings);
	}

	@SuppressWarnings("unchecked")
	private static Publisher<Object> call(Operation operation, Work work) {
		return Flux.defer(() -> (Publisher<Object>) invoke(operation, work)).subscribeOn(Schedulers.parallel());
	}

	@SuppressWarnings("unchecked")
	private static CompletableFuture<Object> callStage(Operation operation, Work work) {
		return (CompletableFuture<Object>) invoke(operation, work);
	}

	private static Object invoke(Operation operation, Work work) {
		try {
			return operation.call(work);
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

}
