package dev.resilience.interceptor;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.cache.interceptor.SimpleKey;

/**
 * What {@link CacheStore} puts into caches that serialize. The arguments and results in
 * it are the application's own.
 */
final class CacheStoreHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		Stream.of(SimpleKey.class, CacheStore.Stored.class, Object[].class, String.class)
			.forEach(hints.reflection()::registerJavaSerialization);
	}

}
