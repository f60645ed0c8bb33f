package dev.resilience.interceptor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.resilience.Dependency;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cache.support.SimpleCacheManager;
import org.springframework.core.serializer.support.SerializationDelegate;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Last good values in a cache of the application.
 */
@ExtendWith(OutputCaptureExtension.class)
class LastGoodCacheTests {

	private static final String LAST_GOOD = "resilience.dependencies.prices.last-good.";

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Prices.class)
		.withPropertyValues(LAST_GOOD + "cache=prices", LAST_GOOD + "per-user=false");

	private static final String WARNING = "The cache 'prices' of last good values fails and is passed over";

	@Test
	void keepsTheValuesOfManyMethodsApart() {
		ConcurrentMapCache cache = new ConcurrentMapCache("prices");
		with(cache, (prices) -> {
			assertThat(prices.price("a")).containsExactly("price of a");
			assertThat(prices.later("a").join()).containsExactly("later price of a");
			assertThat(prices.mono("a").block()).containsExactly("mono price of a");
			Awaitility.await().until(() -> cache.getNativeCache().size() == 3);
			brake(prices);
			eventually(() -> assertThat(prices.price("a")).containsExactly("price of a"));
			eventually(() -> assertThat(prices.later("a").join()).containsExactly("later price of a"));
			eventually(() -> assertThat(prices.mono("a").block()).containsExactly("mono price of a"));
			assertThat(prices.price("b")).isEmpty();
			assertThat(prices.later("b").join()).isEmpty();
			assertThat(prices.mono("b").block()).isEmpty();
		});
	}

	@Test
	void servesWhatIsNotYetWritten() {
		HangingCache cache = new HangingCache();
		with(cache, (prices) -> {
			prices.price("a");
			brake(prices);
			assertThat(prices.price("a")).containsExactly("price of a");
			cache.hold.countDown();
			Awaitility.await().until(() -> cache.getNativeCache().size() == 1);
			eventually(() -> assertThat(prices.price("a")).containsExactly("price of a"));
		});
	}

	@Test
	void survivesSerialization() {
		with(serializing(), (prices) -> {
			assertThat(prices.array(new int[] { 1, 2 }, "a")).containsExactly("[1, 2] a");
			brake(prices);
			eventually(() -> assertThat(prices.array(new int[] { 1, 2 }, "a")).containsExactly("[1, 2] a"));
			assertThat(prices.array(new int[] { 1, 3 }, "a")).isEmpty();
		});
	}

	@Test
	void keepsNothingThatCannotBeSerialized(CapturedOutput output) {
		with(serializing(), (prices) -> {
			assertThat(prices.unserializable()).hasSize(1);
			Awaitility.await().until(() -> output.toString().contains(WARNING));
			brake(prices);
			Awaitility.await().untilAsserted(() -> assertThat(prices.unserializable()).isEmpty());
			assertThat(output).contains("NotSerializableException").doesNotContain("java.lang.Object@");
		});
	}

	@Test
	void isNotMisledByACacheThatKnowsKeysByTheirText() {
		Map<String, Object> texts = new ConcurrentHashMap<>();
		Cache cache = new ConcurrentMapCache("prices") {

			@Override
			protected @Nullable Object lookup(Object key) {
				return texts.get(key.toString());
			}

			@Override
			public void put(Object key, @Nullable Object value) {
				texts.put(key.toString(), toStoreValue(value));
			}

		};
		with(cache, (prices) -> {
			assertThat(prices.pair("a", "b, c")).containsExactly("a and b, c");
			Awaitility.await().until(() -> texts.size() == 1);
			brake(prices);
			eventually(() -> assertThat(prices.pair("a", "b, c")).containsExactly("a and b, c"));
			assertThat(prices.pair("a, b", "c")).isEmpty();
		});
	}

	@Test
	void passesOverACacheThatIsDown(CapturedOutput output) {
		DownCache cache = new DownCache();
		with(cache, (prices) -> {
			assertThat(prices.price("a")).containsExactly("price of a");
			assertThat(prices.price("b")).containsExactly("price of b");
			brake(prices);
			Awaitility.await().untilAsserted(() -> assertThat(prices.price("a")).isEmpty());
			assertThat(prices.later("a").join()).isEmpty();
			assertThat(prices.mono("a").block()).isEmpty();
			assertThat(output.toString().split(WARNING, -1)).hasSize(2);
		});
	}

	@Test
	void passesOverACacheThatReturnsSomethingElse(CapturedOutput output) {
		ConcurrentMapCache cache = new ConcurrentMapCache("prices") {

			@Override
			public void put(Object key, @Nullable Object value) {
				super.put(key, Map.of("value", "lost its type"));
			}

		};
		with(cache, (prices) -> {
			prices.price("a");
			Awaitility.await().until(() -> cache.getNativeCache().size() == 1);
			brake(prices);
			Awaitility.await().untilAsserted(() -> assertThat(prices.price("a")).isEmpty());
			assertThat(output).contains(WARNING, "for what was put into it");
		});
	}

	@Test
	@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void neverWaitsLongForACacheThatHangs() {
		HangingCache cache = new HangingCache();
		with(cache, (prices) -> {
			prices.price("a");
			brake(prices);
			assertThat(prices.price("b")).isEmpty();
			List<CompletableFuture<List<String>>> later = IntStream.range(0, 40)
				.mapToObj((i) -> prices.later("b"))
				.toList();
			assertThat(later).allSatisfy((each) -> assertThat(each.join()).isEmpty());
			// one writes, and fewer read than have failed
			assertThat(cache.waiting).hasSizeLessThanOrEqualTo(26);
			cache.hold.countDown();
		});
	}

	@Test
	void doesNotBlockAThreadThatMustNotBlock() {
		AtomicReference<CountDownLatch> hold = new AtomicReference<>(new CountDownLatch(0));
		ConcurrentMapCache cache = new ConcurrentMapCache("prices") {

			@Override
			protected @Nullable Object lookup(Object key) {
				HangingCache.await(hold.get());
				return super.lookup(key);
			}

		};
		Scheduler thread = Schedulers.newParallel("one", 1);
		with(cache, (prices) -> {
			prices.mono("a").block();
			Awaitility.await().until(() -> cache.getNativeCache().size() == 1);
			brake(prices);
			eventually(() -> {
				hold.set(new CountDownLatch(1));
				CompletableFuture<List<String>> answer = prices.mono("a").subscribeOn(thread).toFuture();
				// the same thread, which is free while the cache is asked
				thread.schedule(hold.get()::countDown);
				assertThat(answer.join()).containsExactly("mono price of a");
			});
		});
		thread.dispose();
	}

	@Test
	void isRefusedWithoutACacheManager() {
		assertThat(Guarded.refusal(RUNNER)).contains(
				"'resilience.dependencies.prices.last-good' asks for the last good value of",
				"in the cache 'prices', but the application has no single CacheManager bean (", "@EnableCaching");
	}

	@Test
	void isRefusedWithTwoCacheManagers() {
		assertThat(Guarded.refusal(RUNNER.withBean("one", CacheManager.class, ConcurrentMapCacheManager::new)
			.withBean("two", CacheManager.class, ConcurrentMapCacheManager::new)))
			.contains("has no single CacheManager bean", "one,two", "@Primary");
	}

	@Test
	void isRefusedForAnUnknownCache() {
		assertThat(Guarded.refusal(RUNNER.withBean(CacheManager.class, () -> new ConcurrentMapCacheManager("quotes"))))
			.contains("in the cache 'prices', which the application does not have. Known caches: [quotes]",
					"Name one of them, or add it where the caches are configured (spring.cache.cache-names).");
	}

	private static void with(Cache cache, Consumer<Prices> test) {
		SimpleCacheManager manager = new SimpleCacheManager();
		manager.setCaches(List.of(cache));
		RUNNER.withBean(CacheManager.class, () -> manager).run((context) -> test.accept(context.getBean(Prices.class)));
	}

	private static ConcurrentMapCache serializing() {
		return new ConcurrentMapCache("prices", new ConcurrentHashMap<>(), false,
				new SerializationDelegate(LastGoodCacheTests.class.getClassLoader())) {
		};
	}

	private static void brake(Prices prices) {
		((Prices) AopTestUtils.getTargetObject(prices)).broken = true;
	}

	// on a busy machine the cache may not answer in time
	private static void eventually(ThrowingRunnable assertion) {
		Awaitility.await().untilAsserted(assertion);
	}

	private static final class DownCache extends ConcurrentMapCache {

		private DownCache() {
			super("prices");
		}

		@Override
		protected Object lookup(Object key) {
			throw new IllegalStateException("down");
		}

		@Override
		public void put(Object key, @Nullable Object value) {
			throw new IllegalStateException("down");
		}

	}

	private static final class HangingCache extends ConcurrentMapCache {

		private final CountDownLatch hold = new CountDownLatch(1);

		private final ConcurrentMap<Thread, Object> waiting = new ConcurrentHashMap<>();

		private HangingCache() {
			super("prices");
		}

		@Override
		protected @Nullable Object lookup(Object key) {
			hang();
			return super.lookup(key);
		}

		@Override
		public void put(Object key, @Nullable Object value) {
			hang();
			super.put(key, value);
		}

		private void hang() {
			this.waiting.put(Thread.currentThread(), "");
			await(this.hold);
		}

		private static void await(CountDownLatch hold) {
			try {
				assertThat(hold.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	static class Prices {

		volatile boolean broken;

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> price(String sku) {
			return answer("price of " + sku);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public CompletableFuture<List<String>> later(String sku) {
			return CompletableFuture.supplyAsync(() -> answer("later price of " + sku));
		}

		@Dependency(name = "prices", type = dev.resilience.DependencyType.OPTIONAL)
		public Mono<List<String>> mono(String sku) {
			return Mono.fromSupplier(() -> answer("mono price of " + sku));
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> pair(String one, String other) {
			return answer(one + " and " + other);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> array(int[] numbers, String sku) {
			return answer(java.util.Arrays.toString(numbers) + " " + sku);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<Object> unserializable() {
			answer("");
			return List.of(new Object());
		}

		private List<String> answer(String answer) {
			if (this.broken) {
				throw new IllegalStateException();
			}
			return List.of(answer);
		}

	}

}
