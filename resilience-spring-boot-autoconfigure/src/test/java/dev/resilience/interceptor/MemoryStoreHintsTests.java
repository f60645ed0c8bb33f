package dev.resilience.interceptor;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import dev.resilience.policy.OperationPolicy;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told about the memory of last good values.
 */
class MemoryStoreHintsTests {

	// Caffeine finds by their names the classes that fit how a cache is built
	@Test
	void theClassesOfTheCacheAreThoseThatCaffeineChooses() {
		MemoryStore store = new MemoryStore(new OperationPolicy.LastGood(Duration.ofMinutes(1), 10, true, null),
				() -> 0);
		Cache<?, ?> values = (Cache<?, ?>) ReflectionTestUtils.getField(store, "values");
		assertThat(values).isNotNull();
		Object factory = ReflectionTestUtils.getField(values.asMap(), "nodeFactory");
		assertThat(factory).isNotNull();
		RuntimeHints hints = new RuntimeHints();
		new MemoryStoreHints().registerHints(hints, getClass().getClassLoader());
		for (Class<?> type : new Class<?>[] { values.asMap().getClass(), factory.getClass() }) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(TypeReference.of(type))
				.withMemberCategories(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
						MemberCategory.ACCESS_DECLARED_FIELDS))
				.as(type.getName())
				.accepts(hints);
		}
	}

}
