package dev.resilience.interceptor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

import dev.resilience.guard.StaleValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CacheStore}.
 */
class CacheStoreTests {

	private static final SimpleKey KEY = new SimpleKey("key");

	private static final Object UNWRITABLE = new Object();

	private final AtomicLong clock = new AtomicLong(1_000_000);

	private final List<Object> written = new ArrayList<>();

	private final List<Runnable> work = new ArrayList<>();

	private final ConcurrentMapCache cache = new ConcurrentMapCache("prices") {

		@Override
		public void put(Object key, @Nullable Object value) {
			if (((CacheStore.Stored) value).value() == UNWRITABLE) {
				throw new StackOverflowError();
			}
			super.put(key, value);
			CacheStoreTests.this.written.add(((CacheStore.Stored) value).value());
		}

	};

	private final CacheStore store = new CacheStore(this.cache, this.work::add, this.clock::get);

	@Test
	void tellsTheAgeByTheClockThatItsUsersShare() {
		this.store.put(KEY, "good");
		assertThat(find(this.store)).isEqualTo(new StaleValue("good", Duration.ZERO));
		work();
		this.clock.addAndGet(42_000);
		CacheStore other = new CacheStore(this.cache, Runnable::run, this.clock::get);
		assertThat(find(other)).isEqualTo(new StaleValue("good", Duration.ofSeconds(42)));
	}

	@Test
	void survivesAClockThatWasSetBack() {
		this.store.put(KEY, "good");
		work();
		this.clock.addAndGet(-42_000);
		CacheStore other = new CacheStore(this.cache, Runnable::run, this.clock::get);
		assertThat(find(other)).isEqualTo(new StaleValue("good", Duration.ZERO));
	}

	@Test
	void writesTheLatestValueOnly() {
		this.store.put(KEY, "old");
		this.store.put(KEY, "new");
		assertThat(this.work).hasSize(1);
		work();
		assertThat(this.written).containsExactly("new");
		this.store.put(KEY, "newer");
		work();
		assertThat(this.written).containsExactly("new", "newer");
	}

	@Test
	void goesOnAfterAValueThatCannotBeSerialized() {
		this.store.put(KEY, UNWRITABLE);
		work();
		this.store.put(KEY, "good");
		work();
		assertThat(this.written).containsExactly("good");
	}

	@Test
	void dropsWhatItCannotWriteInTime() {
		for (int i = 0; i < 2000; i++) {
			this.store.put(new SimpleKey(i), i);
		}
		this.store.put(new SimpleKey(0), "known");
		work();
		assertThat(this.written).hasSize(1000).contains("known");
	}

	@Test
	void keepsNothingWhenTheApplicationStops() {
		CacheStore stopped = new CacheStore(this.cache, (task) -> {
			throw new RejectedExecutionException();
		}, this.clock::get);
		stopped.put(KEY, "good");
		assertThat(stopped.find(new SimpleKey("other"))).isCompletedWithValue(null);
	}

	private static @Nullable StaleValue find(CacheStore store) {
		return store.find(KEY).join();
	}

	private void work() {
		List<Runnable> tasks = List.copyOf(this.work);
		this.work.clear();
		tasks.forEach(Runnable::run);
	}

}
