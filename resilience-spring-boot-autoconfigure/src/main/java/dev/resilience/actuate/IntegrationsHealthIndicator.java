package dev.resilience.actuate;

import java.util.Map;
import java.util.TreeMap;

import dev.resilience.policy.Mode;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMap;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * The health of the dependencies. An outage of somebody else's system does not take this
 * instance out of rotation unless that is asked for.
 */
public final class IntegrationsHealthIndicator extends AbstractHealthIndicator {

	private final DependencyMapReader map;

	private final @Nullable String degradedStatus;

	private final boolean failOnCritical;

	/**
	 * Create the indicator.
	 * @param map draws the map of the dependencies
	 * @param degradedStatus the status to report while any dependency is failing; up if
	 * {@code null}
	 * @param failOnCritical whether a failing critical dependency makes it down
	 */
	public IntegrationsHealthIndicator(DependencyMapReader map, @Nullable String degradedStatus,
			boolean failOnCritical) {
		super("The health of the dependencies could not be told");
		this.map = map;
		this.degradedStatus = degradedStatus;
		this.failOnCritical = failOnCritical;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		DependencyMap map = this.map.read();
		Map<String, String> failing = new TreeMap<>();
		boolean enforced = false;
		boolean critical = false;
		for (Map.Entry<String, DependencyDescriptor> each : map.dependencies().entrySet()) {
			Status status = each.getValue().status();
			if (each.getValue().failing()) {
				failing.put(each.getKey(), status.name());
				// one that is only observed has no say in what becomes of this instance
				enforced |= each.getValue().mode() == Mode.ENFORCE;
				critical |= status == Status.DOWN && each.getValue().mode() == Mode.ENFORCE;
			}
		}
		if (critical && this.failOnCritical) {
			builder.down();
		}
		else if (enforced && this.degradedStatus != null) {
			builder.status(this.degradedStatus);
		}
		else {
			builder.up();
		}
		builder.withDetails(failing);
	}

}
