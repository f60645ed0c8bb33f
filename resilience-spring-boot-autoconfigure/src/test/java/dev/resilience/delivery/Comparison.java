package dev.resilience.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * Measures variants in turns: the machine is not as fast at all times, but nearly so
 * within a round. Hence the ratios of the rounds say more than the ratio of the medians.
 */
final class Comparison {

	private final Map<String, DoubleSupplier> variants = new LinkedHashMap<>();

	private final Map<String, List<Double>> measured = new LinkedHashMap<>();

	Comparison with(String name, DoubleSupplier variant) {
		this.variants.put(name, variant);
		this.measured.put(name, new ArrayList<>());
		return this;
	}

	Comparison measure(int warmups, int rounds) {
		for (int i = 0; i < warmups; i++) {
			this.variants.values().forEach(DoubleSupplier::getAsDouble);
		}
		for (int i = 0; i < rounds; i++) {
			this.variants.forEach((name, variant) -> this.measured.get(name).add(variant.getAsDouble()));
		}
		return this;
	}

	double median(String name) {
		return median(this.measured.get(name));
	}

	/** How much of another variant one reaches. */
	double ratio(String name, String other) {
		List<Double> ratios = new ArrayList<>();
		for (int i = 0; i < this.measured.get(name).size(); i++) {
			ratios.add(this.measured.get(name).get(i) / this.measured.get(other).get(i));
		}
		return median(ratios);
	}

	private static double median(List<Double> values) {
		List<Double> sorted = values.stream().sorted().toList();
		return sorted.get(sorted.size() / 2);
	}

}
