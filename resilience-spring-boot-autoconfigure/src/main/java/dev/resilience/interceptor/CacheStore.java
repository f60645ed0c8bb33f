package dev.resilience.interceptor;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import dev.resilience.guard.StaleValue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.cache.Cache;
import org.springframework.cache.interceptor.SimpleKey;

/**
 * Last good values in a cache of the application, which may be remote, slow or down: a
 * worker waits for it, never a call, or a failed call for a short time. What it does not
 * tell is not there.
 */
final class CacheStore implements LastGoodStore {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	/** How long a failed call waits for the cache. */
	private static final Duration PATIENCE = Duration.ofMillis(250);

	/** How many failed calls may wait for the cache at once. */
	private static final int READERS = 25;

	/** How many values may wait to be written; the others are dropped. */
	private static final int UNWRITTEN = 1000;

	private static final long WARN_EVERY = Duration.ofMinutes(1).toMillis();

	private final Cache cache;

	private final Executor workers;

	private final LongSupplier clock;

	private final Semaphore readers = new Semaphore(READERS);

	private final Map<SimpleKey, Stored> unwritten = new ConcurrentHashMap<>();

	private final AtomicBoolean writing = new AtomicBoolean();

	private final AtomicLong warned;

	/**
	 * Create a store.
	 * @param cache the cache, which others may use too
	 * @param workers wait for the cache
	 * @param clock the time in milliseconds, which instances that share the cache agree
	 * on
	 */
	CacheStore(Cache cache, Executor workers, LongSupplier clock) {
		this.cache = cache;
		this.workers = workers;
		this.clock = clock;
		this.warned = new AtomicLong(clock.getAsLong() - WARN_EVERY);
	}

	@Override
	public void put(SimpleKey key, Object value) {
		if (this.unwritten.size() < UNWRITTEN || this.unwritten.containsKey(key)) {
			this.unwritten.put(key, new Stored(key, value, this.clock.getAsLong()));
		}
		if (this.writing.compareAndSet(false, true)) {
			try {
				this.workers.execute(this::write);
			}
			catch (RejectedExecutionException ex) {
				this.writing.set(false); // shutting down
			}
		}
	}

	// one at a time, so that a cache that hangs holds one thread
	private void write() {
		do {
			try {
				this.unwritten.forEach((key, stored) -> {
					access(() -> {
						this.cache.put(key, stored);
						return null;
					});
					this.unwritten.computeIfPresent(key, (same, latest) -> (latest != stored) ? latest : null);
				});
			}
			finally {
				this.writing.set(false);
			}
		}
		while (!this.unwritten.isEmpty() && this.writing.compareAndSet(false, true));
	}

	@Override
	public CompletableFuture<@Nullable StaleValue> find(SimpleKey key) {
		Stored latest = this.unwritten.get(key);
		if (latest != null) {
			return CompletableFuture.completedFuture(aged(latest));
		}
		CompletableFuture<@Nullable StaleValue> found = new CompletableFuture<>();
		if (!this.readers.tryAcquire()) {
			found.complete(null);
			return found;
		}
		try {
			this.workers.execute(() -> read(key, found));
		}
		catch (RejectedExecutionException ex) {
			this.readers.release();
			found.complete(null);
			return found;
		}
		// whatever follows must not run on the only thread that keeps the time of all
		return found.completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
			.thenApplyAsync((value) -> value, this.workers)
			.exceptionally((shuttingDown) -> null);
	}

	private void read(SimpleKey key, CompletableFuture<@Nullable StaleValue> found) {
		StaleValue value = null;
		try {
			value = access(() -> read(key));
		}
		finally {
			this.readers.release();
			found.complete(value);
		}
	}

	private @Nullable StaleValue read(SimpleKey key) {
		Cache.ValueWrapper wrapper = this.cache.get(key);
		Object found = (wrapper != null) ? wrapper.get() : null;
		if (found == null) {
			return null;
		}
		if (!(found instanceof Stored stored)) {
			throw new IllegalStateException("It returns a %s for what was put into it".formatted(found.getClass()));
		}
		// some caches know keys by their text only, which may be that of other arguments
		return key.equals(stored.key()) ? aged(stored) : null;
	}

	private StaleValue aged(Stored stored) {
		long age = this.clock.getAsLong() - stored.epochMillis();
		return new StaleValue(stored.value(), Duration.ofMillis(Math.max(0, age)));
	}

	private @Nullable StaleValue access(Access access) {
		try {
			return access.run();
		}
		// a serializer may fail in these ways too
		catch (RuntimeException | StackOverflowError | LinkageError ex) {
			long now = this.clock.getAsLong();
			long before = this.warned.get();
			boolean warn = now - before >= WARN_EVERY && this.warned.compareAndSet(before, now);
			logger.atLevel(warn ? Level.WARN : Level.DEBUG)
				.setCause(ex)
				.log("The cache '{}' of last good values fails and is passed over", this.cache.getName());
			return null;
		}
	}

	private interface Access {

		@Nullable StaleValue run();

	}

	/**
	 * What lies in the cache.
	 *
	 * @param key the whole key
	 * @param value the value
	 * @param epochMillis when it came
	 */
	record Stored(SimpleKey key, Object value, long epochMillis) implements Serializable {

		// for messages, which must not tell results
		@Override
		public String toString() {
			return "a last good value";
		}

	}

}
