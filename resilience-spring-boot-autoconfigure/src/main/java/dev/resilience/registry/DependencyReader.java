package dev.resilience.registry;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.guard.BreakerReading;
import dev.resilience.guard.Guard;
import dev.resilience.guard.SwitchReading;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.signal.CallCounts;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.Signals;
import dev.resilience.signal.Trend;
import org.jspecify.annotations.Nullable;

/**
 * Draws one live dependency.
 */
final class DependencyReader {

	private final HealthChecks healthChecks;

	private final DependencyMonitor monitor;

	private final PartnerMaps partners;

	private final @Nullable Quarantine quarantine;

	private final DurableBacklogs backlogs;

	private final Warnings warnings;

	DependencyReader(HealthChecks healthChecks, DependencyMonitor monitor, PartnerMaps partners,
			@Nullable Quarantine quarantine, DurableBacklogs backlogs) {
		this.healthChecks = healthChecks;
		this.monitor = monitor;
		this.partners = partners;
		this.quarantine = quarantine;
		this.backlogs = backlogs;
		this.warnings = new Warnings(healthChecks, monitor);
	}

	DependencyDescriptor read(LiveDependency live, @Nullable Trend trend) {
		Guard guard = live.guard();
		DependencyPolicy policy = guard.policy();
		DurableBacklog backlog = this.backlogs.of(policy.name());
		List<DependencyDescriptor.Warning> warnings = this.warnings.of(live, backlog);
		BreakerReading breaker = guard.readBreaker();
		boolean failing = isFailing(guard, breaker);
		SwitchReading control = guard.readSwitch();
		Duration pausedFor = guard.pausedFor();
		Signals signals = guard.signals().read(guard.now(), this.monitor.load(guard).saturation());
		return new DependencyDescriptor(policy.type(), policy.description(), policy.mode(),
				status(guard, failing, !warnings.isEmpty()), failing, policy.timeout().toString(), fallback(live),
				healthCheck(policy),
				new DependencyDescriptor.Switch(control.position(), "instance", control.reason(),
						text(control.remaining())),
				new DependencyDescriptor.Breaker(breaker.state(), breaker.failureRate(), breaker.slowRate(),
						breaker.calls(), breaker.refused(), text(breaker.retryAfter())),
				new DependencyDescriptor.Bulkhead(policy.bulkhead().maxConcurrent(), guard.inFlight(),
						guard.abandoned()),
				this.monitor.pool(policy),
				new DependencyDescriptor.Retry(policy.maxAttempts(), guard.budgetRemaining()), text(pausedFor),
				fromNow(pausedFor), (this.quarantine != null) ? this.quarantine.responses(policy.name()).size() : null,
				availability(policy, signals), signals(signals, trend), guard.signals().failures(), warnings,
				operations(live), delivery(backlog), this.partners.of(policy), policy.sources());
	}

	private static boolean isFailing(Guard guard, BreakerReading breaker) {
		return switch (breaker.state()) {
			case OPEN, HALF_OPEN, FORCED_OPEN -> true;
			case CLOSED, DISABLED -> guard.signals().isFailing();
		};
	}

	private static Status status(Guard guard, boolean failing, boolean warnings) {
		if (failing) {
			return (guard.policy().type() == DependencyType.CRITICAL) ? Status.DOWN : Status.DEGRADED;
		}
		if (warnings) {
			return Status.DEGRADED;
		}
		return guard.signals().isCalled() ? Status.UP : Status.UNKNOWN;
	}

	private static DependencyDescriptor.Availability availability(DependencyPolicy policy, Signals signals) {
		CallCounts calls = signals.recentCalls();
		return AvailabilityArithmetic.of((policy.availability() != null) ? policy.availability().value() : null,
				(calls.calls() > 0) ? 1 - calls.errorRate() : null);
	}

	private static DependencyDescriptor.Signals signals(Signals signals, @Nullable Trend trend) {
		return new DependencyDescriptor.Signals(signals.window().toString(), signals.throughput(), signals.errorRate(),
				signals.latency(), signals.saturation(),
				(trend != null) ? new DependencyDescriptor.Trend(trend.interval().toString(), trend.throughput(),
						trend.errorRate(), trend.p99()) : null);
	}

	private static DependencyDescriptor.@Nullable Delivery delivery(@Nullable DurableBacklog backlog) {
		return (backlog != null) ? new DependencyDescriptor.Delivery(backlog.pending(), backlog.dead(),
				text(backlog.oldest()), backlog.durable()) : null;
	}

	private DependencyDescriptor.@Nullable HealthCheck healthCheck(DependencyPolicy policy) {
		URI url = policy.healthCheck();
		if (url == null) {
			return null;
		}
		HealthChecks.Result result = this.healthChecks.result(policy.name());
		if (result == null) {
			return new DependencyDescriptor.HealthCheck(RedactedUrl.of(url), Status.UNKNOWN, null);
		}
		return new DependencyDescriptor.HealthCheck(RedactedUrl.of(url), result.up() ? Status.UP : Status.DOWN,
				result.checkedAt().toString());
	}

	private static DependencyDescriptor.@Nullable Fallback fallback(LiveDependency live) {
		String words = live.guard().policy().fallback();
		if (words == null) {
			words = live.operations()
				.stream()
				.map((operation) -> operation.policy().fallback())
				.filter((method) -> method != null)
				.findFirst()
				.orElse(null);
		}
		return (words != null) ? new DependencyDescriptor.Fallback(words) : null;
	}

	private static List<DependencyDescriptor.Operation> operations(LiveDependency live) {
		Map<String, CallCounts> counts = live.guard().signals().operations();
		return live.operations()
			.stream()
			.map((operation) -> operation(operation.policy(),
					counts.getOrDefault(operation.policy().operation(), CallCounts.NONE)))
			.toList();
	}

	private static DependencyDescriptor.Operation operation(OperationPolicy policy, CallCounts counts) {
		return new DependencyDescriptor.Operation(policy.operation(), policy.type(), policy.timeout().toString(),
				policy.idempotent(), policy.maxAttempts(), policy.fallback(), counts.calls(), counts.errors());
	}

	private static @Nullable String fromNow(@Nullable Duration duration) {
		return (duration != null) ? Instant.now().plus(duration).truncatedTo(ChronoUnit.MILLIS).toString() : null;
	}

	private static @Nullable String text(@Nullable Duration duration) {
		return (duration != null) ? duration.toString() : null;
	}

}
