package dev.resilience.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Layers of settings, the highest first. Picks each value from the first layer that has
 * it, checks it, and notes where it came from.
 */
final class Layers {

	private static final String BUILT_IN = "built-in";

	private final List<Layer> layers = new ArrayList<>();

	private final Map<String, String> sources = new TreeMap<>();

	Layers with(Settings settings, Function<String, String> origin) {
		this.layers.add(new Layer(settings, origin));
		return this;
	}

	Map<String, String> sources() {
		return this.sources;
	}

	/** Where the value was picked from that was picked last for the key. */
	String source(String key) {
		return this.sources.getOrDefault(key, BUILT_IN);
	}

	/** Whether nobody has set the value that was picked last for the key. */
	boolean isBuiltIn(String key) {
		return source(key).equals(BUILT_IN);
	}

	<T> T pick(String key, Function<Settings, @Nullable T> value, T builtIn) {
		T picked = pick(key, value);
		if (picked == null) {
			this.sources.put(key, BUILT_IN);
			return builtIn;
		}
		return picked;
	}

	<T> @Nullable T pick(String key, Function<Settings, @Nullable T> value) {
		for (Layer layer : this.layers) {
			T picked = value.apply(layer.settings());
			if (picked != null) {
				this.sources.put(key, layer.origin().apply(key));
				return picked;
			}
		}
		return null;
	}

	<T> T check(String key, T value, Predicate<T> valid, String allowed) {
		if (!valid.test(value)) {
			throw new InvalidSettingException(source(key), value, allowed);
		}
		return value;
	}

	Duration positive(String key, Function<Settings, @Nullable Duration> value, Duration builtIn) {
		return check(key, pick(key, value, builtIn), (d) -> d.compareTo(Duration.ofMillis(1)) >= 0 && fits(d),
				"a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'");
	}

	@Nullable Duration positive(String key, Function<Settings, @Nullable Duration> value) {
		return (pick(key, value) != null) ? positive(key, value, Duration.ZERO) : null;
	}

	Duration notNegative(String key, Function<Settings, @Nullable Duration> value, Duration builtIn) {
		return check(key, pick(key, value, builtIn), (d) -> !d.isNegative() && fits(d),
				"a duration from 0, for example '0ms' or '250ms'");
	}

	int atLeast(int least, String key, Function<Settings, @Nullable Integer> value, int builtIn) {
		return check(key, pick(key, value, builtIn), (n) -> n >= least, "a whole number from " + least);
	}

	// a year: keeps sums of nanoseconds far from overflow
	private static boolean fits(Duration duration) {
		return duration.compareTo(Duration.ofDays(366)) <= 0;
	}

	private record Layer(Settings settings, Function<String, String> origin) {
	}

}
