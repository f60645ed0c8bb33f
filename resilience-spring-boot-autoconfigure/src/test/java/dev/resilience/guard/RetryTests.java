package dev.resilience.guard;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.resilience.BreakerState;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClientResponseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the decision whether a call is sent again.
 */
class RetryTests {

	private static final String[] QUICK = { "retry.max-attempts=3", "retry.backoff.initial=1ms",
			"retry.backoff.max=1ms", "isolation=caller", "breaker.enabled=false" };

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	private final AtomicInteger attempts = new AtomicInteger();

	@ParameterizedTest
	@CsvSource({ "TIMEOUT, false, 0, 1", "TIMEOUT, true, 1, 3", //
			"CONNECTION_REFUSED, false, 0, 3", "CONNECTION_REFUSED, false, 1, 1", "CONNECTION_REFUSED, true, 1, 3", //
			"CORRUPT_DATA, false, 1, 1", "CORRUPT_DATA, true, 1, 1", //
			"PARTIAL_FAILURE, false, 1, 1", "PARTIAL_FAILURE, true, 1, 1", //
			"RATE_LIMITED, false, 1, 3", "RATE_LIMITED, false, 2, 1", "RATE_LIMITED, true, 2, 3", //
			"SERVER_ERROR, false, 1, 1", "SERVER_ERROR, true, 1, 3", //
			"CLIENT_ERROR, false, 1, 1", "CLIENT_ERROR, true, 1, 1", //
			"REJECTED, false, 0, 1", "REJECTED, true, 0, 1", //
			"UNKNOWN, false, 0, 1", "UNKNOWN, true, 1, 3", //
			"NONE, true, 1, 1" })
	void sendsAgainOnlyWhatIsSafe(FailureKind kind, boolean idempotent, int requests, int attempts) {
		Operation operation = operation("idempotent=" + idempotent);
		KindException failure = new KindException(kind);
		assertThat(call(operation, failure, requests)).isSameAs(failure);
		assertThat(this.attempts).hasValue(attempts);
		assertThat(Collections.frequency(this.environment.decisions, RetryDecision.RETRIED)).isEqualTo(attempts - 1);
		assertThat(this.environment.events).hasSize(1);
	}

	@Test
	void publishesThatSendingAgainIsUnsafe() {
		call(operation("idempotent=false"), new KindException(FailureKind.TIMEOUT), 1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.UNSAFE);
	}

	@Test
	void sendsAgainAfterUnavailableWithRetryAfter() {
		call(operation(), response(HttpStatus.SERVICE_UNAVAILABLE, "0"), 1);
		assertThat(this.attempts).hasValue(3);
	}

	@Test
	void doesNotSendAgainAfterUnavailableWithoutRetryAfter() {
		call(operation(), response(HttpStatus.SERVICE_UNAVAILABLE, null), 1);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void doesNotSendAgainAfterUnavailableWhenAnotherRequestHadLeft() {
		call(operation(), response(HttpStatus.SERVICE_UNAVAILABLE, "0"), 2);
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void waitsAsLongAsThePartnerAsks() {
		long start = System.nanoTime();
		call(operation("retry.max-attempts=2"), response(HttpStatus.TOO_MANY_REQUESTS, "1"), 1);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
		assertThat(this.attempts).hasValue(2);
	}

	@Test
	void neverWaitsPastTheDeadlineForRetryAfter() {
		long start = System.nanoTime();
		Operation operation = operation("timeout=5s");
		call(operation, response(HttpStatus.TOO_MANY_REQUESTS, "6"), 1);
		assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(4).toNanos());
		assertThat(this.attempts).hasValue(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.DEADLINE);
	}

	@ParameterizedTest
	@EnumSource(names = { "BLOCKING", "STAGE", "MONO" })
	@Timeout(60)
	void callsThatWaitWhenAPauseBeginsAreNotMade(Form form) {
		Operation operation = this.environment.operation(DependencyType.CRITICAL, form,
				with("bulkhead.max-concurrent=1", "bulkhead.max-wait=1m", "timeout=1m"));
		Guard guard = operation.guard();
		guard.bulkhead().tryAcquire();
		CompletableFuture<Object> waiting = new CompletableFuture<>();
		CountDownLatch called = new CountDownLatch((form == Form.BLOCKING) ? 0 : 1);
		Thread caller = new Thread(() -> waiting.completeAsync(() -> {
			throw new CompletionException(catchThrowable(() -> {
				Object result = operation.call((last) -> this.attempts.incrementAndGet());
				CompletableFuture<?> later = (result instanceof Publisher<?> publisher)
						? Mono.from(publisher).toFuture() : (CompletableFuture<?>) result;
				called.countDown();
				later.join();
			}));
		}, Runnable::run));
		caller.start();
		TestEnvironment.await(called);
		while (form == Form.BLOCKING && caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		Attempts.failed(operation.begin((last) -> null), response(HttpStatus.TOO_MANY_REQUESTS, "3600"), false,
				guard.now());
		guard.bulkhead().release();
		assertThat(catchThrowable(waiting::join)).hasRootCauseInstanceOf(DependencyUnavailableException.class);
		assertThat(this.attempts).hasValue(0);
		await().untilAsserted(() -> assertThat(guard.inFlight()).isZero());
	}

	@Test
	void neverWaitsPastTheDeadlineForItsBackoff() {
		long start = System.nanoTime();
		Operation operation = operation("timeout=5s", "idempotent=true", "retry.backoff.initial=6s",
				"retry.backoff.max=6s", "retry.backoff.jitter=0");
		call(operation, new KindException(FailureKind.UNKNOWN), 1);
		assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(4).toNanos());
		assertThat(this.attempts).hasValue(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.DEADLINE);
	}

	@Test
	void stopsWhenTheBudgetIsUsedUp() {
		Operation operation = operation("idempotent=true", "retry.max-attempts=100", "retry.budget.min-per-second=0");
		call(operation, new KindException(FailureKind.UNKNOWN), 1);
		assertThat(this.attempts).hasValue(11);
		assertThat(Collections.frequency(this.environment.decisions, RetryDecision.BUDGET)).isEqualTo(1);
		assertThat(operation.guard().budgetRemaining()).isLessThan(1);
	}

	@ParameterizedTest
	@EnumSource
	void onlyCallsThatAreAdmittedGiveTokens(Form form) throws Throwable {
		try (TestEnvironment stopped = new TestEnvironment(new TestClock())) {
			Operation operation = stopped.operation(DependencyType.OPTIONAL, form,
					List.of((work, failure) -> "instead"), "isolation=caller", "bulkhead.max-concurrent=1");
			Guard guard = operation.guard();
			guard.setSwitch(SwitchPosition.OFF, null, null);
			callTenTimes(operation, stopped);
			assertThat(guard.budgetRemaining()).isEqualTo(10);
			guard.setSwitch(SwitchPosition.AUTO, null, null);
			assertThat(guard.bulkhead().tryAcquire()).isTrue();
			if (form != Form.BACKGROUND) {
				callTenTimes(operation, stopped);
				assertThat(guard.budgetRemaining()).isEqualTo(10);
			}
			guard.bulkhead().release();
			callTenTimes(operation, stopped);
			assertThat(guard.budgetRemaining()).isEqualTo(12);
		}
	}

	private static void callTenTimes(Operation operation, TestEnvironment environment) throws Throwable {
		environment.events.clear();
		for (int i = 0; i < 10; i++) {
			Object result = operation.call((last) -> null);
			if (result instanceof Publisher<?> publisher) {
				Flux.from(publisher).blockLast();
			}
		}
		await().untilAsserted(() -> assertThat(environment.events).hasSize(10));
	}

	@Test
	void retriesGiveNoTokens() {
		try (TestEnvironment stopped = new TestEnvironment(new TestClock()).with(KindException.classification())) {
			Operation operation = stopped.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
					"idempotent=true", "retry.max-attempts=6", "retry.backoff.initial=0ms", "retry.backoff.max=0ms");
			call(operation, new KindException(FailureKind.UNKNOWN), 1);
			assertThat(this.attempts).hasValue(6);
			assertThat(operation.guard().budgetRemaining()).isEqualTo(10 + 0.2 - 5);
		}
	}

	@Test
	void othersLeaveTheCriticalHalfOfTheBudget() {
		String[] settings = { "idempotent=true", "retry.max-attempts=100", "retry.budget.min-per-second=0" };
		Operation critical = operation(settings);
		Operation optional = this.environment.sibling(critical, DependencyType.OPTIONAL, Form.BLOCKING,
				List.of((work, failure) -> "instead"), with(settings));
		call(optional, new KindException(FailureKind.UNKNOWN), 1);
		assertThat(this.attempts).hasValue(1 + 5);
		call(critical, new KindException(FailureKind.UNKNOWN), 1);
		assertThat(this.attempts).hasValue(1 + 5 + 1 + 5);
	}

	@Test
	void neverRepeatsDatabaseWorkInsideTheCallersTransaction() {
		Transactions active = new Transactions() {

			@Override
			public boolean isActive() {
				return true;
			}

			@Override
			public void afterCommit(Runnable work, Runnable dropped) {
				throw new UnsupportedOperationException();
			}

		};
		this.environment.with(active);
		call(operation("idempotent=true"), new TransientDataAccessResourceException("lost"), 1);
		assertThat(this.attempts).hasValue(1);
		assertThat(this.environment.decisions).containsExactly(RetryDecision.UNSAFE);
		call(operation("idempotent=true"), new KindException(FailureKind.SERVER_ERROR), 1);
		assertThat(this.attempts).hasValue(1 + 3);
	}

	@Test
	void repeatsDatabaseWorkOutsideTransactions() {
		call(operation("idempotent=true"), new TransientDataAccessResourceException("lost"), 1);
		assertThat(this.attempts).hasValue(3);
	}

	@Test
	void succeedsWhenARepetitionSucceeds() throws Throwable {
		Operation operation = operation("idempotent=true");
		Object value = operation.call((last) -> {
			assertThat(last).isEqualTo(this.attempts.get() == 2);
			assertThat(DependencyCall.current().orElseThrow().attempt()).isEqualTo(this.attempts.get() + 1);
			if (this.attempts.incrementAndGet() < 3) {
				throw new KindException(FailureKind.UNKNOWN);
			}
			return "value";
		});
		assertThat(value).isEqualTo("value");
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.SUCCESS);
	}

	@Test
	void keepsTheIdempotencyKeyOverAllAttempts() {
		Operation operation = operation("idempotent=true");
		java.util.Set<String> keys = new java.util.HashSet<>();
		for (int i = 0; i < 2; i++) {
			catchThrowable(() -> operation.call((last) -> {
				keys.add(DependencyCall.current().orElseThrow().idempotencyKey());
				throw new KindException(FailureKind.UNKNOWN);
			}));
		}
		assertThat(keys).hasSize(2);
	}

	@Test
	void breakerThatOpensBetweenTwoAttemptsLeavesTheCallerTheRealFailure() {
		Operation operation = operation("idempotent=true", "breaker.enabled=true", "breaker.min-calls=1");
		KindException failure = new KindException(FailureKind.SERVER_ERROR);
		assertThat(call(operation, failure, 1)).isSameAs(failure);
		assertThat(this.attempts).hasValue(1);
		assertThat(operation.guard().readBreaker().state()).isEqualTo(BreakerState.OPEN);
		assertThat(this.environment.onlyEvent().failure()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(this.environment.onlyEvent().outcome()).isEqualTo(Outcome.FAILURE);
	}

	@Test
	void errorsAreNeverRepeated() {
		Error error = new AssertionError("error");
		Throwable thrown = catchThrowable(() -> operation("idempotent=true").call((last) -> {
			this.attempts.incrementAndGet();
			throw error;
		}));
		assertThat(thrown).isSameAs(error);
		assertThat(this.attempts).hasValue(1);
	}

	private Operation operation(String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, with(settings));
	}

	private static String[] with(String... settings) {
		return Stream.concat(Arrays.stream(QUICK), Arrays.stream(settings)).toArray(String[]::new);
	}

	private Throwable call(Operation operation, RuntimeException failure, int requests) {
		return catchThrowable(() -> operation.call((last) -> {
			this.attempts.incrementAndGet();
			for (int i = 0; i < requests; i++) {
				DependencyCall.current().orElseThrow().requestStarted();
			}
			throw failure;
		}));
	}

	private static RestClientResponseException response(HttpStatus status, @Nullable String retryAfter) {
		HttpHeaders headers = new HttpHeaders();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, retryAfter);
		}
		return status.is5xxServerError()
				? HttpServerErrorException.create(status, status.getReasonPhrase(), headers, new byte[0], null)
				: HttpClientErrorException.create(status, status.getReasonPhrase(), headers, new byte[0], null);
	}

	@Test
	void whatANestedCallHasSentIsNotSentAgain() {
		Operation outer = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING,
				"retry.backoff.initial=1ms", "isolation=caller");
		Operation inner = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller");
		AtomicInteger sent = new AtomicInteger();
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> outer.call((last) -> {
			inner.call((lastOfInner) -> {
				DependencyCall.current().orElseThrow().requestStarted();
				return sent.incrementAndGet();
			});
			throw new KindException(FailureKind.CONNECTION_REFUSED);
		}));
		assertThat(sent).hasValue(1);
	}

}
