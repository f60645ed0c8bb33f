package dev.resilience.failure;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The types by whose presence the classifiers are chosen: without these hints all would
 * be absent from a native image.
 */
final class TechnologyHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		Stream
			.concat(FailureClassification.TECHNOLOGIES.keySet().stream(),
					ResultClassification.TECHNOLOGIES.keySet().stream())
			.forEach((type) -> hints.reflection().registerTypeIfPresent(classLoader, type));
	}

}
