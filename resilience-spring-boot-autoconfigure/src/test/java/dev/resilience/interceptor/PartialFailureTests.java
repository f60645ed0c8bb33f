package dev.resilience.interceptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import org.apache.kafka.common.errors.NetworkException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.test.util.AopTestUtils;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClientResponseException;

import static dev.resilience.DependencyType.CRITICAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Calls of critical dependencies that fail for some of their items.
 */
class PartialFailureTests {

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Events.class, Shipping.class)
		.withPropertyValues("resilience.dependencies.shipping.retry.backoff.initial=1ms",
				"resilience.dependencies.shipping.retry.budget.ratio=100%",
				"resilience.dependencies.shipping.breaker.enabled=false");

	private static final List<String> ITEMS = List.of("c", "a", "b");

	static Stream<BiFunction<Shipping, List<String>, @Nullable Object>> forms() {
		return Stream.of(Shipping::map, Shipping::list, Shipping::iterable, Shipping::hashMap,
				(shipping, items) -> new ArrayList<>(shipping.set(new LinkedHashSet<>(items))),
				(shipping, items) -> shipping.stage(items).join(), (shipping, items) -> shipping.mono(items).block());
	}

	@ParameterizedTest
	@MethodSource("forms")
	void repeatsTheFailedItemsAndPutsTheResultsTogether(BiFunction<Shipping, List<String>, Object> call) {
		run((shipping, given) -> {
			given.fail("c", new NotDone(), new NotDone());
			given.fail("b", new NotDone());
			Object result = call.apply(shipping, ITEMS);
			assertThat(given.asked()).containsExactly(ITEMS, List.of("c", "b"), List.of("c"));
			if (result instanceof Map<?, ?> map) {
				assertThat(map.entrySet().toString()).isEqualTo("[c=C, a=A, b=B]");
			}
			else {
				// in a set nobody knows which result belongs to which item
				assertThat((Iterable<?>) result).map(Object::toString).containsExactlyInAnyOrder("C", "A", "B");
			}
			assertThat(given.events.outcomes).containsExactly(Outcome.SUCCESS);
			assertThat(given.events.decisions).containsExactly(RetryDecision.RETRIED, RetryDecision.RETRIED);
		});
	}

	@Test
	void putsResultsIntoTheOrderOfTheItems() {
		run((shipping, given) -> {
			given.fail("c", new NotDone());
			assertThat(shipping.list(ITEMS)).containsExactly("C", "A", "B");
		});
	}

	@Test
	void appendsResultsThatBelongToNoItem() {
		run((shipping, given) -> {
			given.fail("c", new NotDone());
			given.target.twice = true;
			assertThat(shipping.list(ITEMS)).containsExactly("A", "B", "C", "C");
		});
	}

	@Test
	void repeatsMethodsWithoutResult() {
		run((shipping, given) -> {
			given.fail("a", new NotDone());
			shipping.nothing(ITEMS);
			assertThat(shipping.voidMono(ITEMS).blockOptional()).isEmpty();
			assertThat(given.asked()).containsExactly(ITEMS, List.of("a"), ITEMS);
			given.target.asked.clear();
			given.fail("a", new NotDone());
			assertThat(shipping.voidMono(ITEMS).blockOptional()).isEmpty();
			assertThat(given.asked()).containsExactly(ITEMS, List.of("a"));
		});
	}

	@Test
	void handsOverACollectionOfTheSameKind() {
		run((shipping, given) -> {
			SortedSet<String> sorted = new TreeSet<>(Comparator.reverseOrder());
			sorted.addAll(ITEMS);
			given.fail("a", new NotDone());
			given.fail("b", new NotDone());
			shipping.sorted(Collections.unmodifiableSortedSet(sorted));
			assertThat(given.asked()).containsExactly(List.of("c", "b", "a"), List.of("b", "a"));
			given.target.asked.clear();
			given.fail("a", new NotDone());
			shipping.set(Set.copyOf(ITEMS));
			given.fail("a", new NotDone());
			shipping.nothing(new HashMap<>(Map.of("a", 1)).keySet());
			assertThat(given.target.asked.get(1)).isInstanceOf(Set.class);
			assertThat(given.target.asked.get(3)).isInstanceOf(Set.class);
			given.fail("a", new NotDone());
			shipping.nothing(new HashMap<>(Map.of(1, "a")).values());
			assertThat(given.target.asked.get(5)).isInstanceOf(List.class);
		});
	}

	@Test
	void isOneFailureWithAllThatSucceededInTheEnd() {
		run((shipping, given) -> {
			NotDone last = new NotDone();
			given.fail("c", new NotDone(), new NotDone(), last, new NotDone());
			given.fail("b", new NotDone());
			assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> shipping.map(ITEMS))
				.satisfies((failure) -> {
					assertThat(failure.succeeded()).hasToString("{a=A, b=B}");
					assertThat(failure.failed()).isEqualTo(Map.of("c", last));
					assertThat(failure.getSuppressed()).singleElement().isInstanceOf(PartialFailureException.class);
				});
			assertThat(given.asked()).containsExactly(ITEMS, List.of("c", "b"), List.of("c"));
			assertThat(given.events.outcomes).containsExactly(Outcome.FAILURE);
			assertThat(given.events.kinds).containsExactly(FailureKind.PARTIAL_FAILURE);
		});
	}

	@Test
	void isTheMethodsOwnFailureWhenNothingIsRepeated() {
		run((shipping, given) -> {
			given.fail("c", new UncheckedIOException(new IOException()));
			PartialFailureException failure = catchThrowableOfType(PartialFailureException.class,
					() -> shipping.map(ITEMS));
			assertThat(failure).isSameAs(given.target.thrown);
			assertThat(failure.getSuppressed()).isEmpty();
			assertThat(given.events.decisions).containsExactly(RetryDecision.UNSAFE);
		});
	}

	static Stream<Exception> causes() {
		return Stream.of(new NotDone(), new RuntimeException(new ConnectException()), response(429, null),
				response(503, "0"), // from here only if it is idempotent
				new UncheckedIOException(new IOException()), new NetworkException("lost"),
				new RuntimeException(new SocketTimeoutException()), response(500, null), // from
																							// here
																							// never
				response(404, null),
				new RuntimeException(new PartialFailureException(Map.of(), Map.of("", new NotDone()))), new Declined());
	}

	@Test
	void repeatsWhatIsSafe() {
		run((shipping, given) -> {
			List<String> repeated = new ArrayList<>();
			List<String> repeatedIfIdempotent = new ArrayList<>();
			for (Exception cause : causes().toList()) {
				given.fail("a", cause);
				given.fail("b", new NotDone());
				call(() -> shipping.map(ITEMS));
				repeated.add(String.valueOf(given.asked().get(1).contains("a")));
				given.target.reset();
				given.fail("a", cause);
				given.fail("b", new NotDone());
				call(() -> shipping.idempotent(ITEMS));
				repeatedIfIdempotent.add(String.valueOf(given.asked().get(1).contains("a")));
				given.target.reset();
			}
			assertThat(repeated).containsExactly("true", "true", "true", "true", "false", "false", "false", "false",
					"false", "false", "false");
			assertThat(repeatedIfIdempotent).containsExactly("true", "true", "true", "true", "true", "true", "true",
					"true", "false", "false", "false");
		});
	}

	@Test
	void doesWhatIsLeftToDoAlthoughItWillFail() {
		run((shipping, given) -> {
			RestClientResponseException never = response(404, null);
			given.fail("a", never);
			given.fail("b", new NotDone());
			assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> shipping.list(ITEMS))
				.satisfies((failure) -> {
					assertThat(failure.succeeded()).hasToString("{c=C, b=B}");
					assertThat(failure.failed()).isEqualTo(Map.of("a", never));
				});
			assertThat(given.asked()).containsExactly(ITEMS, List.of("b"));
			assertThat(given.events.outcomes).containsExactly(Outcome.FAILURE);
			assertThat(given.events.decisions).containsExactly(RetryDecision.RETRIED, RetryDecision.UNSAFE);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> {
				given.fail("a", never);
				given.fail("b", new NotDone());
				shipping.stage(ITEMS).join();
			}).withCauseInstanceOf(PartialFailureException.class);
			assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> {
				given.fail("a", never);
				given.fail("b", new NotDone());
				shipping.voidMono(ITEMS).block();
			});
		});
	}

	@ParameterizedTest
	@CsvSource({ "false, 2", "true, 3" })
	void losesNothingWhenALaterAttemptFailsAltogether(boolean safe, int attempts) {
		run((shipping, given) -> {
			given.fail("b", new NotDone());
			RuntimeException later = new RuntimeException(safe ? new ConnectException() : new SocketTimeoutException());
			given.target.later = later;
			assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> shipping.map(ITEMS))
				.satisfies((failure) -> {
					assertThat(failure.succeeded()).hasToString("{c=C, a=A}");
					assertThat(failure.failed()).isEqualTo(Map.of("b", later));
					assertThat(failure.getSuppressed()).containsExactly(later);
				});
			assertThat(given.asked()).hasSize(attempts).last().isEqualTo(List.of("b"));
			assertThat(given.events.kinds).containsExactly(safe ? FailureKind.CONNECTION_REFUSED : FailureKind.TIMEOUT);
		});
	}

	@Test
	void isThatFailureIfNothingHadSucceeded() {
		run((shipping, given) -> {
			given.fail("a", new NotDone());
			RuntimeException later = new RuntimeException(new SocketTimeoutException());
			given.target.later = later;
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> shipping.map(List.of("a")))
				.isSameAs(later);
		});
	}

	@Test
	void losesNothingWhenALaterAttemptRunsOutOfTime() {
		RUNNER.withPropertyValues("resilience.dependencies.shipping.attempt-timeout=200ms").run((context) -> {
			Given given = given(context.getBean(Shipping.class), context.getBean(Events.class));
			given.fail("b", new NotDone());
			given.target.hang = true;
			assertThatExceptionOfType(PartialFailureException.class)
				.isThrownBy(() -> context.getBean(Shipping.class).map(ITEMS))
				.satisfies((failure) -> {
					assertThat(failure.succeeded()).hasToString("{c=C, a=A}");
					assertThat(failure.failed().get("b")).isInstanceOf(dev.resilience.DependencyTimeoutException.class);
				});
			assertThat(given.events.kinds).containsExactly(FailureKind.TIMEOUT);
		});
	}

	@ParameterizedTest
	@CsvSource({ "breaker", "budget", "deadline", "attempts" })
	void losesNothingWhenNoOtherAttemptIsMade(String reason) {
		Map<String, String> settings = Map.of("breaker",
				"breaker.enabled=true,breaker.min-calls=1,breaker.failure-rate=1%", "budget",
				"retry.max-attempts=100,retry.budget.min-per-second=0,retry.budget.ratio=1%", "deadline",
				"retry.backoff.initial=1h,retry.backoff.max=1h,retry.backoff.jitter=0", "attempts",
				"retry.max-attempts=1");
		RUNNER
			.withPropertyValues(Stream.of(settings.get(reason).split(","))
				.map("resilience.dependencies.shipping."::concat)
				.toArray(String[]::new))
			.run((context) -> {
				Given given = given(context.getBean(Shipping.class), context.getBean(Events.class));
				given.fail("b", Stream.generate(NotDone::new).limit(200).toArray(Exception[]::new));
				assertThatExceptionOfType(PartialFailureException.class)
					.isThrownBy(() -> context.getBean(Shipping.class).map(ITEMS))
					.satisfies((failure) -> {
						assertThat(failure.succeeded()).hasToString("{c=C, a=A}");
						assertThat(failure.failed().keySet()).hasToString("[b]");
					});
				assertThat(given.asked()).hasSize(reason.equals("budget") ? 11 : 1);
				assertThat(given.events.kinds).containsExactly(FailureKind.PARTIAL_FAILURE);
			});
	}

	@Test
	void itemsThatWereGivenTwiceAreRepeatedOnlyIfThatDoesNoHarm() {
		run((shipping, given) -> {
			List<String> twice = List.of("a", "b", "a", "c");
			given.fail("a", new NotDone());
			given.fail("b", new NotDone());
			call(() -> shipping.map(twice));
			assertThat(given.asked()).containsExactly(twice, List.of("b"));
			given.target.reset();
			given.fail("a", new NotDone());
			given.fail("b", new NotDone());
			assertThat(shipping.idempotent(twice)).containsExactly("A", "B", "A", "C");
			assertThat(given.asked()).containsExactly(twice, List.of("a", "b", "a"));
		});
	}

	@Test
	void repeatsNothingUnlessEachItemIsAccountedFor() {
		run((shipping, given) -> {
			for (PartialFailureException failure : List.of(
					new PartialFailureException(Map.of("c", "C", "a", "A"), Map.of("x", new NotDone())),
					new PartialFailureException(Map.of("c", "C"), Map.of("b", new NotDone())),
					new PartialFailureException(Map.of("c", 1, "a", "A"), Map.of("b", new NotDone())),
					new PartialFailureException(Map.of(), Map.of("b", new NotDone())))) {
				given.target.reset();
				given.target.own = failure;
				assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> shipping.map(ITEMS))
					.isSameAs(failure);
				assertThat(given.asked()).hasSize(1);
			}
		});
	}

	@Test
	void repeatsNothingIfItemsCannotBeCompared() {
		run((shipping, given) -> {
			PartialFailureException failure = new PartialFailureException(Map.of(), Map.of("a", new NotDone()));
			given.target.own = failure;
			assertThatExceptionOfType(PartialFailureException.class)
				.isThrownBy(() -> shipping.anything(List.of(new Object() {
					@Override
					public int hashCode() {
						throw new IllegalStateException();
					}
				})))
				.isSameAs(failure);
			assertThatExceptionOfType(PartialFailureException.class).isThrownBy(() -> shipping.anything(null))
				.isSameAs(failure);
		});
	}

	@Test
	void repeatsNothingIfResultsCannotBePutTogether() {
		run((shipping, given) -> {
			for (Runnable call : List.<Runnable>of(() -> shipping.number(ITEMS), () -> shipping.byNumber(ITEMS),
					() -> shipping.array("a", "b", "c"), () -> shipping.second("", ITEMS),
					() -> shipping.queue(new ConcurrentLinkedQueue<>(ITEMS)))) {
				given.target.reset();
				given.fail("b", new NotDone());
				assertThatExceptionOfType(PartialFailureException.class).isThrownBy(call::run)
					.isSameAs(given.target.thrown);
				assertThat(given.asked()).hasSize(1);
			}
		});
	}

	@Test
	void emptyCollectionsAreCalledOnce() {
		run((shipping, given) -> {
			assertThat(shipping.map(List.of())).isEmpty();
			assertThat(given.asked()).hasSize(1);
		});
	}

	@Test
	void countsAgainstTheBreakerByTheShareThatFailed() {
		RUNNER
			.withPropertyValues("resilience.dependencies.shipping.breaker.enabled=true",
					"resilience.dependencies.shipping.retry.max-attempts=1")
			.run((context) -> {
				Given given = given(context.getBean(Shipping.class), context.getBean(Events.class));
				given.fail("b", new NotDone());
				call(() -> context.getBean(Shipping.class).map(ITEMS));
				assertThat(failureRate(context.getBean(DependencyMapReader.class))).isZero();
				given.fail("b", new NotDone());
				given.fail("a", new NotDone());
				call(() -> context.getBean(Shipping.class).map(ITEMS));
				assertThat(failureRate(context.getBean(DependencyMapReader.class))).isEqualTo(0.5);
			});
	}

	@Test
	void waitsAsLongAsThePartnerAsksForAnItem() {
		RUNNER.withPropertyValues("resilience.dependencies.shipping.retry.max-attempts=2").run((context) -> {
			Given given = given(context.getBean(Shipping.class), context.getBean(Events.class));
			given.fail("a", response(429, "1"));
			given.fail("b", new NotDone());
			long start = System.nanoTime();
			context.getBean(Shipping.class).map(ITEMS);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
			given.fail("a", response(429, "3600"));
			given.fail("b", new NotDone());
			call(() -> context.getBean(Shipping.class).map(ITEMS));
			assertThat(given.events.decisions).containsExactly(RetryDecision.RETRIED, RetryDecision.DEADLINE);
		});
	}

	private static double failureRate(DependencyMapReader map) {
		return map.read().dependencies().get("shipping").breaker().failureRate();
	}

	private static void call(Runnable call) {
		try {
			call.run();
		}
		catch (PartialFailureException ex) {
			// expected
		}
	}

	private static RestClientResponseException response(int status, @Nullable String retryAfter) {
		HttpHeaders headers = new HttpHeaders();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, retryAfter);
		}
		HttpStatus code = HttpStatus.valueOf(status);
		return code.is4xxClientError() ? HttpClientErrorException.create(code, "", headers, new byte[0], null)
				: HttpServerErrorException.create(code, "", headers, new byte[0], null);
	}

	private static void run(BiConsumer<Shipping, Given> test) {
		RUNNER.run((context) -> {
			Shipping shipping = context.getBean(Shipping.class);
			test.accept(shipping, given(shipping, context.getBean(Events.class)));
		});
	}

	private static Given given(Shipping shipping, Events events) {
		return new Given(AopTestUtils.getTargetObject(shipping), events);
	}

	private record Given(Shipping target, Events events) {

		void fail(String item, Exception... causes) {
			this.target.faults.put(item, new ConcurrentLinkedQueue<>(List.of(causes)));
		}

		List<List<String>> asked() {
			return this.target.asked.stream().map((items) -> items.stream().map(String::valueOf).toList()).toList();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Events {

		final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

		final List<FailureKind> kinds = new CopyOnWriteArrayList<>();

		final List<RetryDecision> decisions = new CopyOnWriteArrayList<>();

		@Bean
		CallListener.Factory listener() {
			return (dependency) -> new CallListener() {

				@Override
				public void onCall(CallEvent event) {
					Events.this.outcomes.add(event.outcome());
					Events.this.kinds.add(event.failure());
				}

				@Override
				public void onRetry(RetryDecision decision, FailureKind failure) {
					Events.this.decisions.add(decision);
				}

			};
		}

	}

	static class NotDone extends RuntimeException {

	}

	static class Declined extends RuntimeException {

	}

	/** Does each item on its own, and fails for those that it is told to. */
	static class Shipping {

		final List<Collection<?>> asked = new CopyOnWriteArrayList<>();

		final Map<String, Queue<Exception>> faults = new ConcurrentHashMap<>();

		volatile @Nullable PartialFailureException thrown;

		volatile @Nullable PartialFailureException own;

		volatile @Nullable RuntimeException later;

		volatile boolean hang;

		volatile boolean twice;

		void reset() {
			this.asked.clear();
			this.faults.clear();
		}

		private Map<String, String> work(Collection<?> items) {
			this.asked.add(items);
			if (this.own != null) {
				throw this.own;
			}
			if (this.asked.size() > 1 && this.later != null) {
				throw this.later;
			}
			if (this.asked.size() > 1 && this.hang) {
				hang();
			}
			Map<String, String> succeeded = new LinkedHashMap<>();
			Map<String, Throwable> failed = new LinkedHashMap<>();
			for (Object each : items) {
				String item = (String) each;
				Queue<Exception> faults = this.faults.getOrDefault(item, new ConcurrentLinkedQueue<>());
				Exception fault = faults.poll();
				if (fault == null) {
					succeeded.put(item, item.toUpperCase());
				}
				else {
					failed.put(item, fault);
				}
			}
			if (!failed.isEmpty()) {
				PartialFailureException thrown = new PartialFailureException(succeeded, failed);
				this.thrown = thrown;
				throw thrown;
			}
			return succeeded;
		}

		private static void hang() {
			try {
				new java.util.concurrent.CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private List<String> results(Collection<String> items) {
			Map<String, String> results = work(items);
			List<String> list = new ArrayList<>();
			items.forEach((item) -> list.add(results.get(item)));
			if (this.twice) {
				list.addAll(List.copyOf(list));
			}
			return list;
		}

		@Dependency(name = "shipping", type = CRITICAL, ignore = Declined.class)
		public Map<String, String> map(List<String> items) {
			return work(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public HashMap<Object, String> hashMap(Iterable<String> items) {
			return new LinkedHashMap<>(work((Collection<String>) items));
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public List<String> list(Collection<String> items) {
			return results(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Iterable<?> iterable(List<String> items) {
			return results(items);
		}

		@Dependency(name = "shipping", type = CRITICAL, idempotent = true, ignore = Declined.class)
		public List<String> idempotent(List<String> items) {
			return results(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Set<String> set(Set<String> items) {
			return new LinkedHashSet<>(work(items).values());
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Collection<String> sorted(SortedSet<String> items) {
			return results(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public void nothing(Collection<String> items) {
			work(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public CompletableFuture<List<String>> stage(List<String> items) {
			return CompletableFuture.supplyAsync(() -> results(items));
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Mono<Map<String, String>> mono(List<String> items) {
			return Mono.fromSupplier(() -> work(items));
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Mono<Void> voidMono(List<String> items) {
			return Mono.fromRunnable(() -> work(items));
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public List<String> anything(@Nullable List<Object> items) {
			throw this.own;
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public int number(List<String> items) {
			return work(items).size();
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Map<Integer, String> byNumber(List<String> items) {
			work(items);
			return Map.of();
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public List<String> array(String... items) {
			return results(List.of(items));
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public List<String> second(String text, List<String> items) {
			return results(items);
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public List<String> queue(Queue<String> items) {
			return results(items);
		}

	}

}
