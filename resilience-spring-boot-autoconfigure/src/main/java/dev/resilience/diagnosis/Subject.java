package dev.resilience.diagnosis;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import dev.resilience.DependencyType;
import dev.resilience.signal.CallCounts;

/**
 * A dependency as it is now.
 *
 * @param dependency its name
 * @param type what it is to the application
 * @param deviations in what it deviates
 * @param comparison what it does, beside what it usually does
 * @param operations the calls of each of its operations since the start
 */
public record Subject(String dependency, DependencyType type, List<Deviation> deviations, Comparison comparison,
		Supplier<Map<String, CallCounts>> operations) {

	// that nobody calls it any more is a warning, and no incident by itself
	boolean isInTrouble() {
		return this.deviations.stream().anyMatch((each) -> each.signal() != DeviationSignal.THROUGHPUT);
	}

	Subject without(Set<Course.Key> known) {
		return new Subject(this.dependency, this.type,
				this.deviations.stream()
					.filter((each) -> !known.contains(new Course.Key(this.dependency, each.signal())))
					.toList(),
				this.comparison, this.operations);
	}

}
