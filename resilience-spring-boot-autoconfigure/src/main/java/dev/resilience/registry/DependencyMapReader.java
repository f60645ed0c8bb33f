package dev.resilience.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.diagnosis.Incident;
import dev.resilience.guard.Guard;
import dev.resilience.signal.BreakerTransition;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.Trend;
import org.jspecify.annotations.Nullable;

/**
 * Draws the map of the live dependencies.
 */
public final class DependencyMapReader {

	private static final Duration TREND = Duration.ofSeconds(15);

	private static final Duration HISTORY = Duration.ofSeconds(1);

	private final @Nullable String application;

	private final DependencyRegistry registry;

	private final DependencyMonitor monitor;

	private final PartnerMaps partners;

	private final DependencyReader reader;

	private final Instant startedAt = Instant.now();

	/**
	 * Create a reader.
	 * @param application the name of the application, if it has one
	 * @param registry the live dependencies
	 * @param healthChecks the answers to their health checks
	 * @param monitor what is wrong with them
	 * @param partners their own maps
	 * @param quarantine their corrupt responses, {@code null} if none are kept
	 * @param backlogs what waits for its delivery
	 */
	public DependencyMapReader(@Nullable String application, DependencyRegistry registry, HealthChecks healthChecks,
			DependencyMonitor monitor, PartnerMaps partners, @Nullable Quarantine quarantine,
			DurableBacklogs backlogs) {
		this.application = application;
		this.registry = registry;
		this.monitor = monitor;
		this.partners = partners;
		this.reader = new DependencyReader(healthChecks, monitor, partners, quarantine, backlogs);
	}

	/**
	 * Draw the map.
	 * @return all dependencies
	 */
	public DependencyMap read() {
		return read(false, false);
	}

	/**
	 * Draw the map.
	 * @param trends whether it shows how the signals went
	 * @param writeAccess whether whoever reads it may also write
	 * @return all dependencies
	 */
	public DependencyMap read(boolean trends, boolean writeAccess) {
		Map<String, DependencyDescriptor> dependencies = new LinkedHashMap<>();
		Status worst = Status.UP;
		for (LiveDependency live : this.registry.all()) {
			DependencyDescriptor descriptor = this.reader.read(live, trends ? trend(live.guard(), TREND) : null);
			dependencies.put(live.guard().policy().name(), descriptor);
			worst = (descriptor.status().compareTo(worst) > 0) ? descriptor.status() : worst;
		}
		Incident present = this.monitor.incidents().present();
		List<IncidentDescriptor> past = new ArrayList<>();
		this.monitor.incidents()
			.past()
			.forEach((incident) -> past.add(IncidentDescriptor.of(incident, List.of(incident.firstToDeviate()))));
		return new DependencyMap(this.application, Instant.now().toString(), this.startedAt.toString(), worst,
				writeAccess, AvailabilityArithmetic.of(dependencies),
				(present != null) ? IncidentDescriptor.of(present, path(present)) : null, past, dependencies);
	}

	private List<String> path(Incident incident) {
		Guard guard = this.registry.find(incident.firstToDeviate());
		List<String> path = new ArrayList<>(List.of(incident.firstToDeviate()));
		if (guard != null) {
			path.addAll(this.partners.deviatedFirst(guard.policy()));
		}
		return path;
	}

	/**
	 * Draw one dependency.
	 * @param name its name
	 * @return the dependency, {@code null} if there is none of that name
	 */
	public @Nullable DependencyDescriptor read(String name) {
		LiveDependency live = this.registry.live(name);
		return (live != null) ? this.reader.read(live, null) : null;
	}

	/**
	 * How the last quarter of an hour of a dependency went.
	 * @param name its name
	 * @return its history, {@code null} if there is none of that name
	 */
	public @Nullable DependencyHistory history(String name) {
		Guard guard = this.registry.find(name);
		if (guard == null) {
			return null;
		}
		Trend trend = trend(guard, HISTORY);
		return new DependencyHistory(trend.interval().toString(), Instant.now().toString(), trend.throughput(),
				trend.errorRate(), trend.p50(), trend.p95(), trend.p99(), trend.saturation(),
				guard.signals().transitions().stream().map(DependencyMapReader::transition).toList());
	}

	private static Trend trend(Guard guard, Duration interval) {
		return guard.signals().trend(guard.now(), interval);
	}

	private static DependencyHistory.Transition transition(BreakerTransition transition) {
		return new DependencyHistory.Transition(transition.from(), transition.to(), transition.at().toString());
	}

}
