package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyType;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.signal.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link SharedRateLimit}, with a store that hangs and fails.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class SharedRateLimitTests {

	private static final long LONG_NANOS = Duration.ofHours(1).toNanos();

	private final TestClock clock = new TestClock();

	private final TestStore store = new TestStore(this.clock);

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment(this.clock).with(KindException.classification());

	@AfterEach
	void letGo() {
		this.store.answer();
	}

	@Test
	void instancesShareTheTokens() {
		SharedRateLimit one = limit(1, Duration.ofSeconds(10), "permits=6");
		SharedRateLimit other = limit(1, Duration.ofSeconds(10), "permits=6");
		int granted = 0;
		for (int i = 0; i < 8; i++) {
			granted += one.acquire(LONG_NANOS).join() ? 1 : 0;
			granted += other.acquire(LONG_NANOS).join() ? 1 : 0;
		}
		assertThat(granted).isEqualTo(6);
		await().until(() -> this.environment.workers.getActiveCount() == 0);
		this.clock.advance(Duration.ofMinutes(10));
		assertThat(other.acquire(LONG_NANOS).join()).isTrue();
		assertThat(one.acquire(LONG_NANOS).join()).isFalse();
		assertThat(one.reducedSince()).isNull();
	}

	@Test
	void oneRequestServesAllWhoWait() {
		SharedRateLimit limit = opened(limit(1, Duration.ofHours(1), "permits=30"));
		this.store.hang();
		List<CompletableFuture<Boolean>> tokens = acquire(limit, 1);
		await().until(() -> this.store.running.get() == 1);
		int before = this.store.requests.get();
		tokens.addAll(acquire(limit, 40));
		assertThat(this.store.running).hasValue(1);
		this.store.answer();
		assertThat(granted(tokens)).isEqualTo(30);
		assertThat(this.store.requests.get() - before).isEqualTo(1);
	}

	@Test
	void fewRequestsServeAllWhoseTokensAreStillToCome() {
		SharedRateLimit limit = opened(
				limit(1, Duration.ofHours(1), "permits=1000", "per=1s", "burst=1", "max-wait=1m"));
		this.store.hang();
		List<CompletableFuture<Boolean>> tokens = acquire(limit, 1);
		await().until(() -> this.store.running.get() == 1);
		int before = this.store.requests.get();
		tokens.addAll(acquire(limit, 40));
		this.store.answer();
		assertThat(granted(tokens)).isEqualTo(41);
		assertThat(this.store.requests.get() - before).isEqualTo(3);
		assertThat(limit.reducedSince()).isNull();
	}

	@Test
	void whoHasNoAnswerInTimeKeepsToThePartOfThisInstance(CapturedOutput output) {
		SharedRateLimit limit = opened(limit(2, Duration.ofMillis(50), "permits=10"));
		this.store.hang();
		assertThat(granted(acquire(limit, 1))).isEqualTo(1);
		await().until(() -> limit.reducedSince() != null);
		// from now on nobody waits for an answer
		List<CompletableFuture<Boolean>> later = acquire(limit, 10);
		assertThat(later).allMatch(CompletableFuture::isDone);
		assertThat(granted(later)).isEqualTo(4);
		assertThat(this.store.running).hasValue(1);
		assertThat(output).containsOnlyOnce(
				"The shared rate limit of dependency 'partner' is out of reach (no answer within 50ms): this instance keeps to 1/2 of it");
	}

	@Test
	void isSharedAgainWhenTheStoreAnswersInTimeAndNoTokenIsLost(CapturedOutput output) {
		SharedRateLimit limit = opened(limit(7, Duration.ofMillis(50), "permits=21"));
		this.store.hang();
		assertThat(granted(acquire(limit, 3))).isEqualTo(3);
		await().until(() -> limit.reducedSince() != null);
		this.store.answer();
		await().until(() -> limit.reducedSince() == null);
		// the late answer brought three tokens that nobody waited for
		limit.askAgain();
		await().until(() -> this.store.bucket().getAvailableTokens() == 21);
		assertThat(granted(acquire(limit, 23))).isEqualTo(21);
		assertThat(output).containsOnlyOnce("keeps to 1/7 of it").contains("is back: its store answers again");
	}

	@Test
	void lateAnswerDoesNotMakeItSharedAgain() {
		SharedRateLimit limit = opened(limit(1, Duration.ofMillis(50), "permits=10"));
		this.store.hang();
		acquire(limit, 1);
		await().until(() -> limit.reducedSince() != null);
		limit.answered(Duration.ofMillis(60).toNanos());
		assertThat(limit.reducedSince()).isNotNull();
		limit.answered(Duration.ofMillis(40).toNanos());
		assertThat(limit.reducedSince()).isNull();
	}

	@Test
	void storeThatFailsIsNotWaitedForAndOpenedAgain(CapturedOutput output) {
		SharedRateLimit limit = opened(limit(5, Duration.ofHours(1), "permits=10"));
		this.store.failure = new IllegalStateException("wrapped", new java.net.ConnectException("refused"));
		assertThat(granted(acquire(limit, 1))).isEqualTo(1);
		await().until(() -> limit.reducedSince() != null);
		assertThat(granted(acquire(limit, 10))).isEqualTo(1);
		await().until(() -> output.getOut().contains("is out of reach (java.net.ConnectException: refused)"));
		this.store.failure = null;
		await().until(() -> limit.reducedSince() == null);
		assertThat(this.store.opened).hasValueGreaterThanOrEqualTo(2);
		assertThat(granted(acquire(limit, 12))).isEqualTo(10);
	}

	@Test
	void deadStoreKeepsFewThreads() {
		SharedRateLimit limit = opened(limit(1, Duration.ofMillis(50), "permits=10"));
		this.store.hang();
		acquire(limit, 1);
		await().until(() -> limit.reducedSince() != null);
		for (int i = 0; i < 10; i++) {
			limit.askAgain();
		}
		assertThat(this.environment.workers.getActiveCount()).isEqualTo(1);
		// it may never return: then another one tries
		for (int stuck = 2; stuck <= 6; stuck++) {
			this.clock.advance(Duration.ofSeconds(11));
			limit.askAgain();
			int expected = Math.min(stuck, 3);
			await().until(() -> this.environment.workers.getActiveCount() == expected);
		}
		this.store.answer();
		await().until(() -> limit.reducedSince() == null);
		assertThat(granted(acquire(limit, 12))).isEqualTo(10);
	}

	@Test
	void tokenOfACancelledCallIsNotLost() {
		SharedRateLimit limit = opened(limit(1, Duration.ofHours(1), "permits=1"));
		this.store.hang();
		CompletableFuture<Boolean> cancelled = acquire(limit, 1).get(0);
		await().until(() -> this.store.running.get() == 1);
		cancelled.cancel(false);
		CompletableFuture<Boolean> next = acquire(limit, 1).get(0);
		this.store.answer();
		next.join();
		await().untilAsserted(() -> {
			limit.askAgain();
			assertThat(next.join() || limit.acquire(LONG_NANOS).join()).isTrue();
		});
	}

	@Test
	void waitsForItsTokenAndIsRefusedAtOnceWhenItCannotComeInTime() {
		SharedRateLimit limit = opened(limit(1, Duration.ofHours(1), "permits=1", "per=3s", "burst=1", "max-wait=4s"));
		assertThat(limit.acquire(LONG_NANOS).join()).isTrue();
		CompletableFuture<Boolean> waiting = limit.acquire(LONG_NANOS);
		assertThat(limit.acquire(LONG_NANOS).join()).isFalse();
		assertThat(limit.acquire(Duration.ofMillis(10).toNanos()).join()).isFalse();
		assertThat(waiting.join()).isTrue();
	}

	@Test
	void tokenThatIsNotWaitedForIsGivenBack() {
		SharedRateLimit limit = opened(limit(1, Duration.ofHours(1), "permits=1", "max-wait=2h"));
		assertThat(limit.acquire(2 * LONG_NANOS).join()).isTrue();
		CompletableFuture<Boolean> waiting = limit.acquire(2 * LONG_NANOS);
		await().until(() -> this.store.bucket().getAvailableTokens() == -1);
		waiting.cancel(false);
		limit.askAgain();
		await().until(() -> this.store.bucket().getAvailableTokens() == 0);
	}

	@Test
	void unusedTokenGoesBackToTheStore() {
		SharedRateLimit limit = opened(limit(1, Duration.ofHours(1), "permits=3"));
		limit.acquire(LONG_NANOS).join();
		limit.giveBack();
		await().until(() -> this.store.bucket().getAvailableTokens() == 3);
	}

	@ParameterizedTest
	@EnumSource
	void callsAreServedThroughAStoreInAllForms(RateLimitTests.Caller caller) throws Exception {
		Operation operation = operation(caller, Duration.ofSeconds(10), "rate-limit.permits=2");
		AtomicInteger called = new AtomicInteger();
		for (int i = 1; i <= 3; i++) {
			caller.call(operation, called::incrementAndGet).exceptionally((ex) -> null).get(10, TimeUnit.SECONDS);
			int events = i;
			await().until(() -> this.environment.events.size() == events);
		}
		assertThat(called).hasValue(2);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.SUCCESS, Outcome.REJECTED);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void deadStoreBlocksNobody(RateLimitTests.Caller caller) throws Exception {
		this.store.hang();
		Operation operation = operation(caller, Duration.ofMillis(50), "rate-limit.permits=2");
		AtomicInteger called = new AtomicInteger();
		for (int i = 1; i <= 3; i++) {
			caller.call(operation, called::incrementAndGet).exceptionally((ex) -> null).get(10, TimeUnit.SECONDS);
			int events = i;
			await().until(() -> this.environment.events.size() == events);
		}
		assertThat(called).hasValue(2);
		assertThat(this.environment.outcomes()).containsExactly(Outcome.SUCCESS, Outcome.SUCCESS, Outcome.REJECTED);
		assertThat(operation.guard().inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "STAGE", "MONO", "BACKGROUND" })
	void noThreadWaitsForTheStore(RateLimitTests.Caller caller) throws Exception {
		this.store.hang();
		Operation operation = operation(caller, Duration.ofHours(1), "rate-limit.permits=20",
				"bulkhead.max-concurrent=10");
		AtomicInteger called = new AtomicInteger();
		List<CompletableFuture<?>> calls = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			calls.add(caller.call(operation, called::incrementAndGet));
		}
		await().until(() -> operation.guard().inFlight() == 10 && this.environment.workers.getActiveCount() == 1);
		assertThat(called).hasValue(0);
		this.store.answer();
		for (CompletableFuture<?> call : calls) {
			call.get(10, TimeUnit.SECONDS);
		}
		await().until(() -> operation.guard().inFlight() == 0);
		assertThat(called).hasValue(10);
	}

	@ParameterizedTest
	@EnumSource
	void deadlineEndsTheWaitForTheStore(RateLimitTests.Caller caller) throws Exception {
		TestEnvironment real = new TestEnvironment().with(sharing(1, Duration.ofHours(1)));
		try (real) {
			this.store.hang();
			Operation operation = caller.operation(real, "rate-limit.permits=1", "rate-limit.shared=true",
					"timeout=50ms", "rate-limit.per=1h");
			AtomicInteger called = new AtomicInteger();
			CompletableFuture<?> call = caller.call(operation, called::incrementAndGet);
			await().until(() -> real.events.size() == 1);
			assertThat(called).hasValue(0);
			assertThat(real.onlyEvent().outcome()).isEqualTo(Outcome.REJECTED);
			await().until(() -> operation.guard().inFlight() == 0);
			if (caller != RateLimitTests.Caller.BACKGROUND) {
				assertThat(call).failsWithin(10, TimeUnit.SECONDS)
					.withThrowableThat()
					.havingRootCause()
					.isInstanceOf(DependencyOverloadedException.class);
			}
		}
	}

	@Test
	void bypassedLimitDoesNotAskTheStore() throws Throwable {
		Operation operation = operation(RateLimitTests.Caller.CALLER, Duration.ofHours(1), "rate-limit.permits=1",
				"switch=bypass");
		await().until(() -> this.store.requests.get() == 1);
		for (int i = 0; i < 3; i++) {
			operation.call((last) -> null);
		}
		assertThat(this.environment.outcomes()).hasSize(3).containsOnly(Outcome.SUCCESS);
		assertThat(this.store.bucket().getAvailableTokens()).isEqualTo(1);
	}

	@Test
	void isRefusedWithoutAStore() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "rate-limit.permits=1",
					"rate-limit.shared=true"))
			.satisfies((ex) -> assertThat(ex.key()).isEqualTo("resilience.dependencies.partner.rate-limit.shared"))
			.withMessageContaining("com.bucket4j:bucket4j_jdk17-postgresql")
			.withMessageContaining("com.bucket4j:bucket4j_jdk17-lettuce");
	}

	private Operation operation(RateLimitTests.Caller caller, Duration timeout, String... settings) {
		List<String> all = new ArrayList<>(List.of(settings));
		all.add("rate-limit.shared=true");
		all.add("rate-limit.per=1h");
		return caller.operation(this.environment.with(sharing(1, timeout)), all.toArray(String[]::new));
	}

	private SharedRateLimit limit(int instances, Duration timeout, String... settings) {
		List<String> all = new ArrayList<>(List.of("rate-limit.shared=true", "rate-limit.per=1h"));
		for (String setting : settings) {
			all.add("rate-limit." + setting);
		}
		return this.environment.with(sharing(instances, timeout)).sharedRateLimit(all.toArray(String[]::new));
	}

	private Sharing sharing(int instances, Duration timeout) {
		return new Sharing(() -> this.store, instances, timeout);
	}

	/** After its first request, which nobody waits for. */
	private SharedRateLimit opened(SharedRateLimit limit) {
		await().until(() -> this.store.requests.get() == 1 && this.environment.workers.getActiveCount() == 0);
		return limit;
	}

	private static List<CompletableFuture<Boolean>> acquire(RateLimit limit, int times) {
		List<CompletableFuture<Boolean>> tokens = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			tokens.add(limit.acquire(LONG_NANOS));
		}
		return tokens;
	}

	private static int granted(List<CompletableFuture<Boolean>> tokens) {
		return (int) tokens.stream().filter(CompletableFuture::join).count();
	}

}
