package dev.resilience.registry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.resilience.diagnosis.Deviation;
import dev.resilience.diagnosis.DeviationSignal;
import org.jspecify.annotations.Nullable;

/**
 * Says what somebody should look at.
 */
final class Warnings {

	private final HealthChecks healthChecks;

	private final DependencyMonitor monitor;

	Warnings(HealthChecks healthChecks, DependencyMonitor monitor) {
		this.healthChecks = healthChecks;
		this.monitor = monitor;
	}

	List<DependencyDescriptor.Warning> of(LiveDependency live, @Nullable DurableBacklog backlog) {
		List<DependencyDescriptor.Warning> warnings = new ArrayList<>();
		HealthChecks.Result health = this.healthChecks.result(live.guard().policy().name());
		if (health != null && !health.up()) {
			warn(warnings, "HEALTH_CHECK", "Its health check fails", health.checkedAt());
		}
		if (live.guard().signals().isUnauthorized()) {
			warn(warnings, "AUTHENTICATION", "It refuses our credentials on every call (401 or 403)", null);
		}
		Instant reducedSince = live.guard().rateLimitReducedSince();
		if (reducedSince != null) {
			warn(warnings, "RATE_LIMIT",
					"The store of its shared rate limit does not answer: this instance keeps to its part",
					reducedSince);
		}
		for (Deviation deviation : this.monitor.deviations(live.guard())) {
			// that it fails is its status
			if (deviation.signal() != DeviationSignal.FAILING) {
				warn(warnings, deviation.signal().name(), deviation.message(), this.monitor.at(deviation.sinceNanos()));
			}
		}
		if (backlog != null) {
			warn(warnings, backlog);
		}
		if (live.isUnguarded()) {
			warn(warnings, "UNGUARDED", "Its annotated methods are not guarded, because spring.aop.auto is false",
					null);
		}
		return warnings;
	}

	private static void warn(List<DependencyDescriptor.Warning> warnings, DurableBacklog backlog) {
		if (backlog.growingSince() != null) {
			warn(warnings, "BACKLOG", "Its durable calls come faster than they are delivered: %d are waiting"
				.formatted(backlog.pending()), backlog.growingSince());
		}
		if (backlog.unreachableSince() != null) {
			warn(warnings, "DELIVERY_STORE",
					"The store of its durable calls does not answer: none is accepted or delivered",
					backlog.unreachableSince());
		}
		if (!backlog.durable()) {
			warn(warnings, "DELIVERY_STORE",
					"The database of its durable calls does not keep what it has committed when it crashes", null);
		}
	}

	private static void warn(List<DependencyDescriptor.Warning> warnings, String signal, String message,
			@Nullable Instant since) {
		warnings.add(new DependencyDescriptor.Warning(signal, message, (since != null) ? since.toString() : null));
	}

}
