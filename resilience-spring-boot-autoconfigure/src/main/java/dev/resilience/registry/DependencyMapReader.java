package dev.resilience.registry;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.guard.BreakerReading;
import dev.resilience.guard.Guard;
import dev.resilience.guard.SwitchReading;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Draws the map of the live dependencies.
 */
public final class DependencyMapReader {

	private static final Duration YEAR = Duration.ofDays(365);

	private final @Nullable String application;

	private final DependencyRegistry registry;

	private final HealthChecks healthChecks;

	private final @Nullable Quarantine quarantine;

	private final DurableBacklogs backlogs;

	/**
	 * Create a reader.
	 * @param application the name of the application, if it has one
	 * @param registry the live dependencies
	 * @param healthChecks the answers to their health checks
	 * @param quarantine their corrupt responses, {@code null} if none are kept
	 * @param backlogs what waits for its delivery
	 */
	public DependencyMapReader(@Nullable String application, DependencyRegistry registry, HealthChecks healthChecks,
			@Nullable Quarantine quarantine, DurableBacklogs backlogs) {
		this.application = application;
		this.registry = registry;
		this.healthChecks = healthChecks;
		this.quarantine = quarantine;
		this.backlogs = backlogs;
	}

	/**
	 * Draw the map.
	 * @return all dependencies
	 */
	public DependencyMap read() {
		Map<String, DependencyDescriptor> dependencies = new LinkedHashMap<>();
		Status worst = Status.UP;
		double observed = 1;
		for (LiveDependency live : this.registry.all()) {
			DependencyDescriptor descriptor = read(live);
			dependencies.put(live.guard().policy().name(), descriptor);
			worst = (descriptor.status().compareTo(worst) > 0) ? descriptor.status() : worst;
			if (descriptor.type() == DependencyType.CRITICAL) {
				observed *= 1 - descriptor.signals().errorRate();
			}
		}
		Duration downtime = Duration.ofMinutes(Math.round(YEAR.toMinutes() * (1 - observed)));
		return new DependencyMap(this.application, Instant.now().toString(), worst,
				new DependencyMap.Availability(null, observed, downtime.toString()), dependencies);
	}

	/**
	 * Draw one dependency.
	 * @param name its name
	 * @return the dependency, {@code null} if there is none of that name
	 */
	public @Nullable DependencyDescriptor read(String name) {
		LiveDependency live = this.registry.live(name);
		return (live != null) ? read(live) : null;
	}

	private DependencyDescriptor read(LiveDependency live) {
		Guard guard = live.guard();
		DependencyPolicy policy = guard.policy();
		DurableBacklog backlog = this.backlogs.of(policy.name());
		List<DependencyDescriptor.Warning> warnings = warnings(live, backlog);
		BreakerReading breaker = guard.readBreaker();
		boolean failing = isFailing(guard, breaker);
		SwitchReading control = guard.readSwitch();
		Duration pausedFor = guard.pausedFor();
		double saturation = guard.inFlight() / (double) policy.bulkhead().maxConcurrent();
		Signals signals = guard.signals().read(guard.now(), saturation);
		return new DependencyDescriptor(policy.type(), policy.description(), policy.mode(),
				status(guard, failing, !warnings.isEmpty()), failing, policy.timeout().toString(), fallback(live),
				healthCheck(policy),
				new DependencyDescriptor.Switch(control.position(), "instance", control.reason(),
						text(control.remaining())),
				new DependencyDescriptor.Breaker(breaker.state(), breaker.failureRate(), breaker.slowRate(),
						breaker.calls(), breaker.refused(), text(breaker.retryAfter())),
				new DependencyDescriptor.Bulkhead(policy.bulkhead().maxConcurrent(), guard.inFlight(),
						guard.abandoned()),
				new DependencyDescriptor.Retry(policy.maxAttempts(), guard.budgetRemaining()), text(pausedFor),
				fromNow(pausedFor), (this.quarantine != null) ? this.quarantine.responses(policy.name()).size() : null,
				new DependencyDescriptor.Signals(signals.window().toString(), signals.throughput(), signals.errorRate(),
						signals.latency(), signals.saturation()),
				guard.signals().failures(), warnings, operations(live), delivery(backlog), policy.sources());
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

	private static DependencyDescriptor.@Nullable Delivery delivery(@Nullable DurableBacklog backlog) {
		return (backlog != null) ? new DependencyDescriptor.Delivery(backlog.pending(), backlog.dead(),
				text(backlog.oldest()), backlog.durable()) : null;
	}

	private static void warn(DurableBacklog backlog, List<DependencyDescriptor.Warning> warnings) {
		if (backlog.growingSince() != null) {
			warnings.add(new DependencyDescriptor.Warning("BACKLOG",
					"Its durable calls come faster than they are delivered: %d are waiting"
						.formatted(backlog.pending()),
					backlog.growingSince().toString()));
		}
		if (backlog.unreachableSince() != null) {
			warnings.add(new DependencyDescriptor.Warning("DELIVERY_STORE",
					"The store of its durable calls does not answer: none is accepted or delivered",
					backlog.unreachableSince().toString()));
		}
		if (!backlog.durable()) {
			warnings.add(new DependencyDescriptor.Warning("DELIVERY_STORE",
					"The database of its durable calls does not keep what it has committed when it crashes", null));
		}
	}

	private List<DependencyDescriptor.Warning> warnings(LiveDependency live, @Nullable DurableBacklog backlog) {
		List<DependencyDescriptor.Warning> warnings = new ArrayList<>();
		HealthChecks.Result health = this.healthChecks.result(live.guard().policy().name());
		if (health != null && !health.up()) {
			warnings.add(new DependencyDescriptor.Warning("HEALTH_CHECK", "Its health check fails",
					health.checkedAt().toString()));
		}
		if (live.guard().signals().isUnauthorized()) {
			warnings.add(new DependencyDescriptor.Warning("AUTHENTICATION",
					"It refuses our credentials on every call (401 or 403)", null));
		}
		Instant reducedSince = live.guard().rateLimitReducedSince();
		if (reducedSince != null) {
			warnings.add(new DependencyDescriptor.Warning("RATE_LIMIT",
					"The store of its shared rate limit does not answer: this instance keeps to its part",
					reducedSince.toString()));
		}
		if (backlog != null) {
			warn(backlog, warnings);
		}
		if (live.isUnguarded()) {
			warnings.add(new DependencyDescriptor.Warning("UNGUARDED",
					"Its annotated methods are not guarded, because spring.aop.auto is false", null));
		}
		return warnings;
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
		return live.operations()
			.stream()
			.map((operation) -> operation.policy())
			.map((policy) -> new DependencyDescriptor.Operation(policy.operation(), policy.type(),
					policy.timeout().toString(), policy.idempotent(), policy.maxAttempts(), policy.fallback()))
			.toList();
	}

	private static @Nullable String fromNow(@Nullable Duration duration) {
		return (duration != null) ? Instant.now().plus(duration).truncatedTo(ChronoUnit.MILLIS).toString() : null;
	}

	private static @Nullable String text(@Nullable Duration duration) {
		return (duration != null) ? duration.toString() : null;
	}

}
