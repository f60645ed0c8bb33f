package dev.resilience.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import dev.resilience.BreakerState;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.DurableBacklog;
import dev.resilience.registry.DurableBacklogs;
import dev.resilience.signal.CallListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;

/**
 * The meters of all dependencies: timers and counters of their calls, and gauges of their
 * state.
 */
public final class DependencyMeters implements CallListener.Factory {

	private final MeterRegistry meters;

	private final Supplier<DependencyRegistry> registry;

	private final Supplier<DurableBacklogs> backlogs;

	/**
	 * Create the meters.
	 * @param meters where they are registered
	 * @param registry the live dependencies; asked for when a gauge is read
	 * @param backlogs what waits for its delivery; asked for when a gauge is read
	 */
	public DependencyMeters(MeterRegistry meters, Supplier<DependencyRegistry> registry,
			Supplier<DurableBacklogs> backlogs) {
		this.meters = meters;
		this.registry = registry;
		this.backlogs = backlogs;
	}

	@Override
	public CallListener create(String dependency) {
		List<Gauge> gauges = new ArrayList<>();
		gauges.add(gauge("resilience.calls.active", "Calls that run now, abandoned ones included", dependency,
				Guard::inFlight));
		gauges.add(gauge("resilience.calls.abandoned", "Calls that run although their callers have gone", dependency,
				Guard::abandoned));
		for (BreakerState state : BreakerState.values()) {
			gauges.add(Gauge
				.builder("resilience.breaker.state",
						() -> read(dependency, (guard) -> (guard.readBreaker().state() == state) ? 1 : 0))
				.description("The state of the breaker: 1 for the present one")
				.tag("dependency", dependency)
				.tag("state", state.name().toLowerCase(Locale.ROOT).replace('_', '-'))
				.register(this.meters));
		}
		return new CallMeters(this.meters, dependency, gauges, () -> backlog(dependency));
	}

	private List<Meter> backlog(String dependency) {
		return List.of(Gauge.builder("resilience.delivery.pending", () -> {
			DurableBacklog backlog = this.backlogs.get().of(dependency);
			return (backlog != null) ? backlog.pending() : 0;
		}).description("Durable calls that are to be delivered").tag("dependency", dependency).register(this.meters),
				TimeGauge.builder("resilience.delivery.oldest", () -> {
					DurableBacklog backlog = this.backlogs.get().of(dependency);
					return (backlog != null && backlog.oldest() != null) ? backlog.oldest().toMillis() : 0;
				}, TimeUnit.MILLISECONDS)
					.description("For how long the oldest durable call waits")
					.tag("dependency", dependency)
					.register(this.meters));
	}

	private Gauge gauge(String meter, String description, String dependency, ToDoubleFunction<Guard> value) {
		return Gauge.builder(meter, () -> read(dependency, value))
			.description(description)
			.tag("dependency", dependency)
			.register(this.meters);
	}

	private double read(String dependency, ToDoubleFunction<Guard> value) {
		Guard guard = this.registry.get().find(dependency);
		return (guard != null) ? value.applyAsDouble(guard) : Double.NaN;
	}

}
