package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.BreakerState;
import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.RetryDecision;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for calls within a request whose caller has said when he gives up.
 */
class RequestDeadlineTests {

	private static final Duration SOON = Duration.ofSeconds(2);

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	private final AtomicInteger attempts = new AtomicInteger();

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	void aCallEndsWithItsRequest(Form form) throws Throwable {
		Duration left = within(Duration.ofSeconds(5), form, "timeout=60s");
		assertThat(left).isLessThanOrEqualTo(Duration.ofSeconds(5)).isPositive();
	}

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	void aRequestNeverEnlargesTheTimeoutOfACall(Form form) throws Throwable {
		Duration left = within(Duration.ofNanos(Long.MAX_VALUE), form, "timeout=60s");
		assertThat(left).isLessThanOrEqualTo(Duration.ofSeconds(60)).isGreaterThan(Duration.ofSeconds(30));
	}

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	void aCallIsRefusedWhenNothingIsLeft(Form form) {
		assertThatExceptionOfType(DependencyOverloadedException.class)
			.isThrownBy(() -> within(Duration.ZERO, form, "timeout=60s"))
			.withMessage(
					"Dependency 'partner' was not called: the deadline of the surrounding call or request has passed");
		assertThat(this.attempts).hasValue(0);
	}

	@ParameterizedTest
	@CsvSource({ "30s, CLOSED", "1ms, OPEN" })
	void anImpatientCallerSaysNothingOfThePartner(String slow, BreakerState expected) {
		this.environment.with(deadline(Duration.ofSeconds(1)));
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=60s",
				"isolation=caller", "breaker.min-calls=1", "slow-call=" + slow);
		assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> operation.call((last) -> {
			new CountDownLatch(1).await();
			return null;
		}));
		assertThat(operation.guard().readBreaker().state()).isEqualTo(expected);
	}

	@Test
	void whatIsFiredAndForgottenOutlivesItsRequest() throws Throwable {
		this.environment.with(deadline(Duration.ZERO));
		Operation operation = this.environment.operation(DependencyType.OPTIONAL, Form.BACKGROUND, "timeout=60s");
		CountDownLatch done = new CountDownLatch(1);
		operation.call((last) -> {
			assertThat(remaining()).isGreaterThan(Duration.ofSeconds(30));
			done.countDown();
			return null;
		});
		TestEnvironment.await(done);
	}

	@Test
	void theReactorContextKnowsTheRequestBetterThanTheThread() {
		this.environment.with(deadline(Duration.ofSeconds(50)));
		Operation operation = this.environment.operation(DependencyType.CRITICAL, Form.MONO, "timeout=60s");
		Mono<?> call = (Mono<?>) result(operation, Form.MONO);
		Object left = call.contextWrite((context) -> context.put(Deadline.class, deadline(Duration.ofSeconds(5))))
			.block(TestEnvironment.LONG);
		assertThat((Duration) left).isLessThanOrEqualTo(Duration.ofSeconds(5)).isPositive();
	}

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	void aBackOffThatDoesNotFitIsNotWaitedFor(Form form) {
		long start = System.nanoTime();
		assertThat(catchThrowable(() -> within(TestEnvironment.LONG, form, new KindException(FailureKind.UNKNOWN),
				"timeout=60s", "idempotent=true", "retry.backoff.initial=30s", "retry.backoff.max=30s",
				"retry.backoff.jitter=0")))
			.isInstanceOf(KindException.class);
		assertThat(System.nanoTime() - start).isLessThan(TestEnvironment.LONG.toNanos());
		assertThat(this.attempts).hasValue(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.DEADLINE);
	}

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	void aPlaceInTheBulkheadIsWaitedForAsLongAsTheRequestLasts(Form form) {
		this.environment.with(deadline(SOON));
		Operation operation = this.environment.operation(DependencyType.CRITICAL, form, "timeout=60s",
				"bulkhead.max-concurrent=1", "bulkhead.max-wait=60s");
		assertThat(operation.guard().bulkhead().tryAcquire()).isTrue();
		long start = System.nanoTime();
		assertThatExceptionOfType(DependencyOverloadedException.class).isThrownBy(() -> value(result(operation, form)));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(100),
				TestEnvironment.LONG.plus(SOON));
		assertThat(this.attempts).hasValue(0);
	}

	@Test
	void aCallWithinACallEndsWithItsAttempt() throws Throwable {
		Operation inner = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=50s");
		for (String isolation : new String[] { "caller", "thread" }) {
			Operation outer = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=60s",
					"attempt-timeout=5s", "isolation=" + isolation);
			outer.call((last) -> {
				DependencyCall call = DependencyCall.current().orElseThrow();
				assertThat(call.deadline().remaining()).isGreaterThan(Duration.ofSeconds(30));
				assertThat(call.attemptDeadline().remaining()).isLessThanOrEqualTo(Duration.ofSeconds(5)).isPositive();
				return inner.call((innerLast) -> {
					assertThat(remaining()).isLessThanOrEqualTo(Duration.ofSeconds(5)).isPositive();
					return null;
				});
			});
		}
	}

	private Duration within(Duration left, Form form, String... settings) throws Throwable {
		return within(left, form, null, settings);
	}

	private Duration within(Duration left, Form form, @Nullable RuntimeException failure, String... settings)
			throws Throwable {
		this.environment.with(deadline(left));
		Operation operation = this.environment.operation(DependencyType.CRITICAL, form, settings);
		return (Duration) value(result(operation, form, failure));
	}

	private @Nullable Object result(Operation operation, Form form) {
		return result(operation, form, null);
	}

	private @Nullable Object result(Operation operation, Form form, @Nullable RuntimeException failure) {
		try {
			return operation.call((last) -> {
				this.attempts.incrementAndGet();
				if (failure != null) {
					throw failure;
				}
				return switch (form) {
					case STAGE -> CompletableFuture.completedFuture(remaining());
					case MONO -> Mono.just(remaining());
					default -> remaining();
				};
			});
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	private static @Nullable Object value(@Nullable Object result) throws Throwable {
		try {
			return (result instanceof CompletableFuture<?> stage) ? stage.orTimeout(60, TimeUnit.SECONDS).join()
					: ((result instanceof Mono<?> mono) ? mono.block(Duration.ofSeconds(60)) : result);
		}
		catch (CompletionException ex) {
			throw ex.getCause();
		}
	}

	private static Duration remaining() {
		return DependencyCall.current().orElseThrow().deadline().remaining();
	}

	private static Deadline deadline(Duration left) {
		return new Deadline(System.nanoTime() + left.toNanos(), System::nanoTime);
	}

}
