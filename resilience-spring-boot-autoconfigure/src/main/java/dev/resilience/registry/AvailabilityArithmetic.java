package dev.resilience.registry;

import java.time.Duration;
import java.util.Map;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;

/**
 * What dependencies leave of an application's availability: it is available while all
 * critical ones are.
 */
final class AvailabilityArithmetic {

	private static final Duration YEAR = Duration.ofDays(365);

	private AvailabilityArithmetic() {
	}

	static DependencyMap.Availability of(Map<String, DependencyDescriptor> dependencies) {
		Double expected = null;
		double observed = 1;
		String costliest = null;
		double most = 0;
		for (Map.Entry<String, DependencyDescriptor> each : dependencies.entrySet()) {
			DependencyDescriptor.Availability availability = each.getValue().availability();
			if (each.getValue().type() == DependencyType.CRITICAL) {
				if (availability.promised() != null) {
					expected = availability.promised() * ((expected != null) ? expected : 1);
				}
				observed *= (availability.observed() != null) ? availability.observed() : 1;
				// what is worse than promised costs what it really costs
				double cost = 1 - Math.min((availability.promised() != null) ? availability.promised() : 1,
						(availability.observed() != null) ? availability.observed() : 1);
				if (cost > most) {
					most = cost;
					costliest = each.getKey();
				}
			}
		}
		return new DependencyMap.Availability(expected, observed,
				downtimePerYear((expected != null) ? expected : observed), costliest);
	}

	static DependencyDescriptor.Availability of(@Nullable Double promised, @Nullable Double observed) {
		Double known = (promised != null) ? promised : observed;
		return new DependencyDescriptor.Availability(promised, observed,
				(known != null) ? downtimePerYear(known) : null);
	}

	private static String downtimePerYear(double availability) {
		return Duration.ofMinutes(Math.round(YEAR.toMinutes() * (1 - availability))).toString();
	}

}
