package dev.resilience.guard;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for idempotency keys: which call has which, and what they make safe.
 */
class KeyedCallTests {

	private static final String[] QUICK = { "retry.max-attempts=3", "retry.backoff.initial=1ms",
			"retry.backoff.max=1ms", "breaker.enabled=false" };

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	private final Queue<@Nullable String> keys = new ConcurrentLinkedQueue<>();

	private final AtomicInteger attempts = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(strings = { "isolation=caller", "isolation=thread" })
	void eachRequestHasItsKeyAndTheNextAttemptTheSame(String isolation) {
		fail(keyed(isolation), () -> {
			send();
			send();
		});
		String key = first(this.keys);
		assertThat(key).matches("[0-9a-f-]{36}-1");
		String other = key.replaceFirst("-1$", "-2");
		assertThat(this.keys).containsExactly(key, other, key, other, key, other);
	}

	@Test
	void eachCallHasKeysOfItsOwn() {
		fail(keyed("retry.max-attempts=1"), this::send);
		fail(keyed("retry.max-attempts=1"), this::send);
		assertThat(this.keys).hasSize(2).doesNotHaveDuplicates();
	}

	@Test
	void aCallOfADependencyWithoutKeysSendsNone() {
		fail(operation("isolation=caller"), this::send);
		assertThat(this.keys).isEmpty();
		assertThat(this.attempts).hasValue(1);
	}

	@ParameterizedTest
	@CsvSource({ "TIMEOUT, 3", "SERVER_ERROR, 3", "UNKNOWN, 3", "CORRUPT_DATA, 1", "CLIENT_ERROR, 1" })
	void whatCarriedItsKeyMayBeSentAgain(FailureKind kind, int expected) {
		fail(keyed("isolation=caller"), kind, this::send);
		assertThat(this.attempts).hasValue(expected);
	}

	@Test
	void whatWasSentUnseenMayNotBeSentAgain() {
		fail(keyed("isolation=caller"), () -> {
		});
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void whoeverAsksForTheKeySendsItByHimself() {
		Set<String> asked = new HashSet<>();
		fail(keyed("isolation=caller"), () -> asked.add(current().idempotencyKey()));
		assertThat(this.attempts).hasValue(3);
		assertThat(asked).hasSize(1);
	}

	@Test
	void aKeyThatWasAskedForDoesNotMakeADependencyWithoutKeysSafe() {
		fail(operation("isolation=caller"), () -> current().idempotencyKey());
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void aRequestWithoutAKeyIsNotMadeSafeByAKeyThatWasAskedFor() {
		Operation inner = operation("isolation=caller");
		fail(keyed("isolation=caller"), () -> {
			current().idempotencyKey();
			call(inner, this::send);
		});
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void aRequestThatWasNotSentSaysNothingOfOthers() {
		fail(keyed("isolation=caller"), () -> {
			send();
			current().requestNotSent();
		});
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void whatACallWithoutKeysHasSentWithinItMayNotBeSentAgain() {
		Operation inner = operation("isolation=caller");
		fail(keyed("isolation=caller"), () -> {
			send();
			call(inner, this::send);
		});
		assertThat(this.attempts).hasValue(1);
	}

	@Test
	void whatACallWithKeysHasSentWithinItMayBeSentAgain() {
		Operation inner = keyed("isolation=caller");
		fail(keyed("isolation=caller"), () -> call(inner, this::send));
		assertThat(this.attempts).hasValue(3);
	}

	@Test
	void aCallWithoutKeysIsNotMadeSafeByACallWithKeysWithinIt() {
		Operation inner = keyed("isolation=caller");
		fail(operation("isolation=caller"), () -> call(inner, this::send));
		assertThat(this.attempts).hasValue(1);
	}

	@ParameterizedTest
	@CsvSource({ "true, 3", "false, 1" })
	void whatIsFiredAndForgottenWithinACallHasLeft(boolean keys, int expected) {
		Operation inner = this.environment.operation(DependencyType.OPTIONAL, Form.BACKGROUND,
				settings("idempotency-key=" + keys));
		fail(keyed("isolation=caller"), FailureKind.CONNECTION_REFUSED, () -> call(inner, () -> {
		}));
		assertThat(this.attempts).hasValue(expected);
	}

	@Test
	void aRequestWithoutAKeyThatWasNotSentDoesNoHarm() {
		Operation inner = operation("isolation=caller");
		fail(keyed("isolation=caller"), () -> {
			send();
			call(inner, () -> {
				send();
				current().requestNotSent();
			});
		});
		assertThat(this.attempts).hasValue(3);
	}

	@Test
	void aRequestThatWasNotSentKeepsItsNumber() {
		fail(keyed("isolation=caller"), () -> {
			send();
			if (this.attempts.get() == 1) {
				current().requestNotSent();
			}
			send();
		});
		assertThat(this.keys).hasSize(6);
		assertThat(List.copyOf(this.keys).subList(0, 2)).isEqualTo(List.copyOf(this.keys).subList(2, 4));
	}

	@Test
	void callsWithinACallKeepTheirKeysOverItsAttempts() {
		Operation inner = keyed("isolation=caller");
		AtomicInteger innerAttempts = new AtomicInteger();
		fail(keyed("isolation=caller", "retry.max-attempts=2"), () -> {
			send();
			for (int i = 0; i < 2; i++) {
				call(inner, () -> {
					send();
					if (innerAttempts.getAndIncrement() == 0) {
						throw new KindException(FailureKind.TIMEOUT);
					}
				});
			}
			send();
		});
		List<String> sent = List.copyOf(this.keys);
		// the first attempt: its own, the first call within it twice, the second, its own
		assertThat(sent).hasSize(5 + 4);
		assertThat(sent.get(1)).isEqualTo(sent.get(2)).startsWith(sent.get(0).replaceFirst("-1$", "-"));
		List<String> firstAttempt = new ArrayList<>(sent.subList(0, 5));
		firstAttempt.remove(2);
		assertThat(firstAttempt).doesNotHaveDuplicates().isEqualTo(sent.subList(5, 9));
	}

	@Test
	void aCallThatIsRefusedDoesNotChangeTheKeysOfThoseAfterIt() {
		Operation inner = keyed("isolation=caller");
		fail(keyed("isolation=caller", "retry.max-attempts=2"), () -> {
			boolean first = this.attempts.get() == 1;
			inner.guard().setSwitch(first ? SwitchPosition.OFF : SwitchPosition.AUTO, null, null);
			catchThrowable(() -> call(inner, this::send));
			inner.guard().setSwitch(SwitchPosition.AUTO, null, null);
			call(inner, this::send);
		});
		List<String> sent = List.copyOf(this.keys);
		assertThat(sent).hasSize(1 + 2);
		assertThat(sent.get(0)).isEqualTo(sent.get(2)).isNotEqualTo(sent.get(1));
	}

	@Test
	void callsOfSeveralOperationsSideBySideKeepTheirKeys() {
		Operation one = keyed("isolation=caller");
		Operation other = this.environment.sibling(one, Form.BLOCKING, List.of(),
				settings("idempotency-key=true", "isolation=caller"));
		Map<String, List<@Nullable String>> byOperation = new TreeMap<>();
		fail(keyed("isolation=caller", "retry.max-attempts=2"), () -> {
			List<Operation> order = (this.attempts.get() == 1) ? List.of(one, other) : List.of(other, one);
			for (Operation inner : order) {
				call(inner, () -> byOperation.computeIfAbsent(current().operation(), (name) -> new ArrayList<>())
					.add(current().requestStarted()));
			}
		});
		assertThat(byOperation).hasSize(2).allSatisfy((name, sent) -> {
			assertThat(sent).hasSize(2);
			assertThat(sent.get(0)).isEqualTo(sent.get(1));
		});
		assertThat(byOperation.get("Client.call")).doesNotContainAnyElementsOf(byOperation.get("Client.sibling"));
	}

	@Test
	void requestsSideBySideHaveKeysOfTheirOwn() {
		int threads = 2;
		int requests = 500_000;
		Queue<BitSet> numbers = new ConcurrentLinkedQueue<>();
		fail(keyed("isolation=caller", "retry.max-attempts=1", "timeout=60s"), () -> {
			DependencyCall call = current();
			CyclicBarrier together = new CyclicBarrier(threads);
			CompletableFuture.allOf(Stream.generate(() -> CompletableFuture.runAsync(() -> {
				BitSet own = new BitSet();
				await(together);
				for (int i = 0; i < requests; i++) {
					own.set(number(call.requestStarted()));
				}
				numbers.add(own);
			}, (task) -> new Thread(task).start())).limit(threads).toArray(CompletableFuture[]::new)).join();
		});
		BitSet all = new BitSet();
		numbers.forEach(all::or);
		assertThat(all.cardinality()).isEqualTo(threads * requests);
	}

	@Test
	void aNarrowedAttemptSendsOtherRequests() {
		Operation operation = keyed("isolation=caller", "retry.max-attempts=4");
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call(new Work() {
			@Override
			public @Nullable Object attempt(boolean last) {
				send();
				throw (KeyedCallTests.this.attempts.incrementAndGet() == 2)
						? new PartialFailureException(Map.of(), Map.of("item", new IllegalStateException()))
						: new KindException(FailureKind.UNKNOWN);
			}

			@Override
			public boolean narrow(Predicate<Throwable> repeatable) {
				return true;
			}
		}));
		List<String> sent = List.copyOf(this.keys);
		assertThat(sent).hasSize(4);
		assertThat(sent.get(0)).endsWith("-1").isEqualTo(sent.get(1));
		assertThat(sent.get(2)).isEqualTo(sent.get(0).replaceFirst("-1$", "-r1-1")).isEqualTo(sent.get(3));
	}

	@Test
	void theCallersOwnKeyWins() {
		Operation inner = keyed("isolation=caller");
		fail(keyed("isolation=caller", "retry.max-attempts=2"), () -> catchThrowable(() -> {
			inner.call(new Work() {
				@Override
				public @Nullable Object attempt(boolean last) {
					assertThat(current().idempotencyKey()).isEqualTo("order-42");
					send();
					return null;
				}

				@Override
				public String idempotencyKey() {
					return "order-42";
				}
			});
		}));
		assertThat(this.keys).containsExactly("order-42-1", "order-42-1");
	}

	@Test
	void whatIsFiredAndForgottenWithinACallKeepsItsKeyOverItsAttempts() {
		Operation inner = this.environment.operation(DependencyType.OPTIONAL, Form.BACKGROUND,
				settings("idempotency-key=true"));
		CountDownLatch done = new CountDownLatch(2);
		fail(keyed("isolation=caller", "retry.max-attempts=2"), () -> {
			send();
			call(inner, () -> {
				this.keys.add("forgotten " + current().requestStarted());
				done.countDown();
			});
		});
		TestEnvironment.await(done);
		List<@Nullable String> forgotten = this.keys.stream().filter((key) -> key.startsWith("forgotten")).toList();
		assertThat(forgotten).hasSize(2);
		assertThat(forgotten.get(0)).isEqualTo(forgotten.get(1));
	}

	@Test
	void anAttemptThatWasGivenUpSendsNothingMoreAndTakesNoNumbers() throws InterruptedException {
		Operation operation = keyed("isolation=thread", "attempt-timeout=1s", "retry.max-attempts=2");
		CountDownLatch secondAttempt = new CountDownLatch(1);
		CountDownLatch late = new CountDownLatch(1);
		CompletableFuture<Throwable> refused = new CompletableFuture<>();
		catchThrowable(() -> operation.call((last) -> {
			if (this.attempts.incrementAndGet() == 1) {
				send();
				TestEnvironment.awaitIgnoringInterrupts(secondAttempt);
				assertThat(current().attempt()).isEqualTo(1);
				assertThat(current().attemptDeadline().isExpired()).isTrue();
				refused.complete(catchThrowable(this::send));
				late.countDown();
			}
			else {
				send();
				secondAttempt.countDown();
				TestEnvironment.awaitIgnoringInterrupts(late);
				send();
			}
			return null;
		}));
		assertThat(refused.orTimeout(10, TimeUnit.SECONDS).join()).isInstanceOf(DependencyTimeoutException.class);
		List<String> sent = List.copyOf(this.keys);
		assertThat(sent.get(0)).endsWith("-1").isEqualTo(sent.get(1));
		assertThat(sent).filteredOn((key) -> key.endsWith("-3")).isEmpty();
	}

	@Test
	void nothingIsSentWhenTheTimeIsUp() {
		TestClock clock = new TestClock();
		try (TestEnvironment environment = new TestEnvironment(clock)) {
			Operation operation = environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "timeout=3s",
					"isolation=caller");
			assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> operation.call((last) -> {
				send();
				clock.advance(java.time.Duration.ofSeconds(3));
				return current().requestStarted();
			})).withMessageContaining("3000 ms");
		}
	}

	private Operation keyed(String... settings) {
		return operation(Stream.concat(Stream.of("idempotency-key=true"), Stream.of(settings)).toArray(String[]::new));
	}

	private Operation operation(String... settings) {
		return this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, settings(settings));
	}

	private static String[] settings(String... settings) {
		return Stream.concat(Stream.of(QUICK), Stream.of(settings)).toArray(String[]::new);
	}

	private void fail(Operation operation, Runnable work) {
		fail(operation, FailureKind.UNKNOWN, work);
	}

	private void fail(Operation operation, FailureKind kind, Runnable work) {
		assertThatExceptionOfType(KindException.class).isThrownBy(() -> operation.call((last) -> {
			this.attempts.incrementAndGet();
			work.run();
			throw new KindException(kind);
		})).withMessage(kind.name());
	}

	private static void call(Operation operation, Runnable work) {
		try {
			operation.call((last) -> {
				work.run();
				return null;
			});
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	private void send() {
		String key = current().requestStarted();
		if (key != null) {
			this.keys.add(key);
		}
	}

	private static int number(@Nullable String key) {
		assertThat(key).isNotNull();
		return Integer.parseInt(key.substring(key.lastIndexOf('-') + 1));
	}

	private static DependencyCall current() {
		return DependencyCall.current().orElseThrow();
	}

	private static String first(Queue<@Nullable String> keys) {
		String key = keys.peek();
		assertThat(key).isNotNull();
		return key;
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
