package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What Caffeine looks up by name for {@link MemoryStore}: the cache and the node that it
 * has for strong keys and values, a maximum size and an expiry after write.
 */
final class MemoryStoreHints implements RuntimeHintsRegistrar {

	private static final String CAFFEINE = "com.github.benmanes.caffeine.cache.";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		for (String type : new String[] { "SSMSW", "PSWMS" }) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, CAFFEINE + type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
						MemberCategory.ACCESS_DECLARED_FIELDS);
		}
	}

}
