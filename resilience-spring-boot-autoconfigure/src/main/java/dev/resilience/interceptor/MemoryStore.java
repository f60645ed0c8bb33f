package dev.resilience.interceptor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.resilience.guard.StaleValue;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * Last good values in the memory of this instance, bounded in number.
 */
final class MemoryStore implements LastGoodStore {

	private final Cache<SimpleKey, Stored> values;

	private final LongSupplier clock;

	MemoryStore(OperationPolicy.LastGood settings, LongSupplier clock) {
		this.clock = clock;
		this.values = Caffeine.newBuilder()
			.ticker(clock::getAsLong)
			.expireAfterWrite(settings.maxAge())
			.maximumSize(settings.maxEntries())
			.build();
	}

	@Override
	public void limitTo(OperationPolicy.LastGood settings) {
		this.values.policy().expireAfterWrite().ifPresent((policy) -> policy.setExpiresAfter(settings.maxAge()));
		this.values.policy().eviction().ifPresent((policy) -> policy.setMaximum(settings.maxEntries()));
	}

	@Override
	public void put(SimpleKey key, Object value) {
		this.values.put(key, new Stored(value, this.clock.getAsLong()));
	}

	@Override
	public CompletableFuture<@Nullable StaleValue> find(SimpleKey key) {
		Stored stored = this.values.getIfPresent(key);
		return CompletableFuture.completedFuture((stored == null) ? null
				: new StaleValue(stored.value(), Duration.ofNanos(this.clock.getAsLong() - stored.nanos())));
	}

	private record Stored(Object value, long nanos) {
	}

}
