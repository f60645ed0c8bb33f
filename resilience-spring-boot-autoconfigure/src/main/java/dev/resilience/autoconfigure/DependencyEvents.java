package dev.resilience.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import dev.resilience.BreakerState;
import dev.resilience.BreakerStateChanged;
import dev.resilience.CallsDeadLettered;
import dev.resilience.DependencySwitched;
import dev.resilience.IncidentBegan;
import dev.resilience.IncidentEnded;
import dev.resilience.SwitchPosition;
import dev.resilience.diagnosis.Incident;
import dev.resilience.diagnosis.Incidents;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.StateListener;
import org.jspecify.annotations.Nullable;

/**
 * Makes application events of what happens to dependencies, though not of their calls.
 */
final class DependencyEvents implements CallListener.Factory, Incidents.Listener {

	private final Consumer<Object> publisher;

	/**
	 * Create the events.
	 * @param publisher takes them at once, and publishes them elsewhere
	 */
	DependencyEvents(Consumer<Object> publisher) {
		this.publisher = publisher;
	}

	@Override
	public CallListener create(String dependency) {
		return new Listener(dependency, this.publisher);
	}

	@Override
	public void began(Incident incident) {
		this.publisher.accept(new IncidentBegan(incident.id(), incident.since(), incident.firstToDeviate(),
				dependencies(incident), category(incident), incident.figures(), incident.advice()));
	}

	@Override
	public void ended(Incident incident) {
		Instant until = Objects.requireNonNull(incident.until(), "It is over");
		this.publisher.accept(new IncidentEnded(incident.id(), incident.since(), until, incident.firstToDeviate(),
				dependencies(incident), category(incident), incident.figures(), incident.advice()));
	}

	private static List<String> dependencies(Incident incident) {
		return incident.sequence().stream().map(Incident.Step::dependency).distinct().toList();
	}

	private static @Nullable String category(Incident incident) {
		return (incident.category() != null) ? incident.category().name() : null;
	}

	private record Listener(String dependency, Consumer<Object> publisher) implements StateListener {

		@Override
		public void onBreaker(BreakerState from, BreakerState to) {
			this.publisher.accept(new BreakerStateChanged(this.dependency, from, to));
		}

		@Override
		public void onSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
			this.publisher.accept(new DependencySwitched(this.dependency, position, reason, duration));
		}

		@Override
		public void onSwitchReturned(SwitchPosition position, @Nullable String reason, Duration after) {
			this.publisher
				.accept(new DependencySwitched(this.dependency, position, "returned by itself after " + after, null));
		}

		@Override
		public void onDelivery(DeliveryResult result, int calls) {
			if (result == DeliveryResult.DEAD && calls > 0) {
				this.publisher.accept(new CallsDeadLettered(this.dependency, calls));
			}
		}

	}

}
