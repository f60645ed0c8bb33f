package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.Outcome;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of degraded and optional dependencies that fail for some of their items.
 */
class SucceededItemsTests {

	private static final List<String> ITEMS = List.of("c", "a", "b");

	@Test
	void areServedInTheOrderOfTheItems() {
		run((news, target) -> {
			assertThat(news.map(ITEMS).toString()).isEqualTo("{c=3, a=1}");
			assertThat(news.list(ITEMS)).containsExactly(3, 1);
			assertThat(news.set(Set.copyOf(ITEMS))).containsExactlyInAnyOrder(3, 1);
			assertThat(news.stage(ITEMS)).isCompletedWithValue(List.of(3, 1));
			assertThat(news.mono(ITEMS).block()).containsExactly(3, 1);
			assertThat(target.calls).isEqualTo(5);
			assertThat(target.events.outcomes).hasSize(5).containsOnly(Outcome.FALLBACK);
			assertThat(target.events.kinds).hasSize(5).containsOnly(FailureKind.PARTIAL_FAILURE);
			assertThat(target.events.degraded).hasSize(5).containsOnly("news");
		});
	}

	@Test
	void areServedTwiceIfTheyWereGivenTwice() {
		run((news, target) -> assertThat(news.list(List.of("a", "b", "a", "c"))).containsExactly(1, 1, 3));
	}

	@Test
	void areFollowedByResultsOfOtherItems() {
		run((news, target) -> assertThat(news.list(List.of("a"))).containsExactly(1, 3));
	}

	@Test
	void areServedRatherThanAFallbackForAnyFailure() {
		run((news, target) -> assertThat(news.withFallback(ITEMS)).containsExactly(3, 1));
	}

	@Test
	void giveWayToAFallbackForPartialFailures() {
		run((news, target) -> assertThat(news.withOwnFallback(ITEMS)).containsExactly(-2));
	}

	@Test
	void areServedIfThatFallbackFails() {
		run((news, target) -> assertThat(news.withBrokenFallback(ITEMS)).containsExactly(3, 1));
	}

	@Test
	void areNoneIfNothingSucceeded() {
		run((news, target) -> {
			target.succeeded = Map.of();
			assertThat(news.withFallback(ITEMS)).containsExactly(-1);
			assertThat(news.list(ITEMS)).isEmpty();
		});
	}

	@Test
	void areNotServedIfTheResultCannotHoldThem() {
		run((news, target) -> {
			target.succeeded = Map.of("a", "no number");
			assertThat(news.withFallback(ITEMS)).containsExactly(-1);
			target.succeeded = Map.of(7, 1);
			assertThat(news.map(ITEMS)).isEmpty();
			assertThat(news.array(ITEMS)).isEmpty();
		});
	}

	@Test
	void areNotServedForOtherFailures() {
		run((news, target) -> {
			target.failure = new IllegalStateException();
			assertThat(news.withFallback(ITEMS)).containsExactly(-1);
			assertThat(news.list(ITEMS)).isEmpty();
		});
	}

	@Test
	void leaveAFallbackToMethodsWithoutResult() {
		run((news, target) -> {
			news.nothing(ITEMS);
			news.later(ITEMS);
			Awaitility.await().untilAsserted(() -> assertThat(target.fallbacks).isEqualTo(2));
		});
	}

	private static void run(BiConsumer<News, News> test) {
		Guarded.runner(Events.class, News.class).run((context) -> {
			News news = context.getBean(News.class);
			test.accept(news, AopTestUtils.getTargetObject(news));
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Events {

		final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

		final List<FailureKind> kinds = new CopyOnWriteArrayList<>();

		final List<String> degraded = new ArrayList<>();

		@Bean
		CallListener.Factory listener() {
			return (dependency) -> this::add;
		}

		private void add(CallEvent event) {
			this.outcomes.add(event.outcome());
			this.kinds.add(event.failure());
		}

		@Bean
		Supplier<DegradedResponse> response() {
			return () -> (dependency, age) -> this.degraded.add(dependency);
		}

	}

	static class News {

		private final Events events;

		private Map<?, ?> succeeded = Map.of("a", 1, "c", 3);

		private @Nullable RuntimeException failure;

		private volatile int calls;

		private volatile int fallbacks;

		News(Events events) {
			this.events = events;
		}

		private RuntimeException failure() {
			this.calls++;
			return (this.failure != null) ? this.failure
					: new PartialFailureException(this.succeeded, Map.of("b", new IllegalStateException()));
		}

		@Dependency(name = "news", type = DEGRADED)
		public Map<String, Integer> map(List<String> items) {
			throw failure();
		}

		@Dependency(name = "news", type = OPTIONAL)
		public List<Integer> list(Collection<String> items) {
			throw failure();
		}

		@Dependency(name = "news", type = DEGRADED)
		public Set<Integer> set(Set<String> items) {
			throw failure();
		}

		@Dependency(name = "news", type = DEGRADED)
		public CompletableFuture<List<Integer>> stage(List<String> items) {
			return CompletableFuture.failedFuture(failure());
		}

		@Dependency(name = "news", type = DEGRADED)
		public Mono<List<Integer>> mono(List<String> items) {
			return Mono.error(this::failure);
		}

		@Dependency(name = "news", type = DEGRADED)
		public Integer[] array(List<String> items) {
			throw failure();
		}

		@Dependency(name = "news", type = DEGRADED, fallback = "anyFallback")
		public List<Integer> withFallback(List<String> items) {
			throw failure();
		}

		List<Integer> anyFallback(List<String> items, Throwable failure) {
			return Arrays.asList(-1);
		}

		@Dependency(name = "news", type = DEGRADED, fallback = "ownFallback")
		public List<Integer> withOwnFallback(List<String> items) {
			throw failure();
		}

		List<Integer> ownFallback(List<String> items, PartialFailureException failure) {
			return List.of(-2);
		}

		List<Integer> ownFallback(List<String> items) {
			return List.of(-3);
		}

		@Dependency(name = "news", type = DEGRADED, fallback = "brokenFallback")
		public List<Integer> withBrokenFallback(List<String> items) {
			throw failure();
		}

		List<Integer> brokenFallback(List<String> items, PartialFailureException failure) {
			throw new IllegalStateException();
		}

		List<Integer> brokenFallback(List<String> items, Throwable failure) {
			throw new AssertionError();
		}

		@Dependency(name = "news", type = DEGRADED, fallback = "nothingFallback")
		public void nothing(List<String> items) {
			throw failure();
		}

		@Dependency(name = "news", type = OPTIONAL, fallback = "nothingFallback")
		public void later(List<String> items) {
			throw failure();
		}

		void nothingFallback(List<String> items) {
			this.fallbacks++;
		}

	}

}
