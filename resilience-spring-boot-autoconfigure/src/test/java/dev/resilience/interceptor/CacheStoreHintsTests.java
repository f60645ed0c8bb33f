package dev.resilience.interceptor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.cache.interceptor.SimpleKey;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told about last good values in remote caches.
 */
class CacheStoreHintsTests {

	@ParameterizedTest
	@ValueSource(classes = { CacheStore.Stored.class, SimpleKey.class, Object[].class, String.class })
	void keysAndValuesMayBeSerialized(Class<?> type) {
		RuntimeHints hints = new RuntimeHints();
		new CacheStoreHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.reflection().onJavaSerialization(type, true)).accepts(hints);
	}

}
