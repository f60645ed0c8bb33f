package dev.resilience.metrics;

import java.util.Locale;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.guard.Tracing;
import dev.resilience.signal.DependencyLog;
import dev.resilience.signal.Outcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.Observation.Event;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Traces each call as an observation {@value #NAME}, with its attempts as events.
 */
public final class ObservationTracing implements Tracing {

	/** The name of the observations. */
	public static final String NAME = "dependency.call";

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final ObservationRegistry registry;

	/**
	 * Create the tracing.
	 * @param registry takes the observations
	 */
	public ObservationTracing(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public @Nullable Object current() {
		return this.registry.getCurrentObservation();
	}

	@Override
	public Object contextKey() {
		return ObservationThreadLocalAccessor.KEY;
	}

	@Override
	public Trace start(String dependency, String operation, DependencyType type, @Nullable Object parent) {
		Observation observation = create(dependency);
		String method = operation.equals(dependency) ? "" : " " + operation.substring(operation.lastIndexOf('.') + 1);
		observation.contextualName(dependency + method)
			.lowCardinalityKeyValue("dependency", dependency)
			.lowCardinalityKeyValue("operation", operation)
			.lowCardinalityKeyValue("type", type.name().toLowerCase(Locale.ROOT));
		if (parent instanceof Observation surrounding) {
			observation.parentObservation(surrounding);
		}
		ObservationTrace trace = new ObservationTrace(this, dependency, observation);
		trace.safely(observation::start);
		return trace;
	}

	// also a predicate of the application must not fail the call
	private Observation create(String dependency) {
		try {
			return Observation.createNotStarted(NAME, this.registry);
		}
		catch (RuntimeException ex) {
			failed(dependency, ex);
			return Observation.NOOP;
		}
	}

	private void failed(String dependency, RuntimeException failure) {
		this.log.repeated(Level.WARN, dependency, failure, "A call of dependency '{}' could not be traced", dependency);
	}

	private record ObservationTrace(ObservationTracing tracing, String dependency,
			Observation observation) implements Trace {

		// a handler that fails must not fail the call
		private void safely(Runnable tracing) {
			try {
				tracing.run();
			}
			catch (RuntimeException ex) {
				this.tracing.failed(this.dependency, ex);
			}
		}

		// what is not to be observed is called within what surrounds it
		@Override
		public @Nullable Object contextValue() {
			return this.observation.isNoop() ? null : this.observation;
		}

		@Override
		public Scope attempt(int number) {
			safely(() -> this.observation.event(Event.of("attempt", "attempt " + number)));
			return scope();
		}

		@Override
		public Scope scope() {
			if (this.observation.isNoop()) {
				return Scope.NONE;
			}
			Observation.Scope before = this.tracing.registry.getCurrentObservationScope();
			try {
				Observation.Scope scope = this.observation.openScope();
				return () -> safely(scope::close);
			}
			catch (RuntimeException ex) {
				this.tracing.failed(this.dependency, ex);
				leave(before);
				return Scope.NONE;
			}
		}

		// one that a handler failed to open is current all the same
		private void leave(Observation.@Nullable Scope before) {
			Observation.Scope opened = this.tracing.registry.getCurrentObservationScope();
			if (opened != null && opened != before) {
				safely(opened::close);
			}
			this.tracing.registry.setCurrentObservationScope(before);
		}

		@Override
		public void failed(int number, FailureKind failure) {
			safely(() -> this.observation
				.event(Event.of("attempt.failed", "attempt " + number + " failed: " + failure.tag())));
		}

		@Override
		public void ended(@Nullable Outcome outcome, FailureKind failure, @Nullable Throwable exception) {
			safely(() -> {
				this.observation.lowCardinalityKeyValue("outcome", (outcome != null) ? outcome.tag() : "cancelled")
					.lowCardinalityKeyValue("failure", failure.tag());
				if (outcome == Outcome.FALLBACK) {
					this.observation.event(Event.of("fallback"));
				}
				if (exception != null) {
					this.observation.error(exception);
				}
			});
			safely(this.observation::stop);
		}

	}

}
