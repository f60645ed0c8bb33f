package dev.resilience.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import dev.resilience.guard.BreakerState;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.signal.CallListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The meters of all dependencies: timers and counters of their calls, and gauges of their
 * state.
 */
public final class DependencyMeters implements CallListener.Factory {

	private final MeterRegistry meters;

	private final Supplier<DependencyRegistry> registry;

	/**
	 * Create the meters.
	 * @param meters where they are registered
	 * @param registry the live dependencies; asked for when a gauge is read
	 */
	public DependencyMeters(MeterRegistry meters, Supplier<DependencyRegistry> registry) {
		this.meters = meters;
		this.registry = registry;
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
		return new CallMeters(this.meters, dependency, gauges);
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
