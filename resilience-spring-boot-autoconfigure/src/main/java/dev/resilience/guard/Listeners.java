package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.resilience.BreakerState;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.DependencyLog;
import dev.resilience.signal.RetryDecision;
import dev.resilience.signal.StateListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Who is told of the calls of a dependency. One that fails keeps the others from nothing.
 */
final class Listeners implements CallListener {

	private final String dependency;

	private final DependencyLog log;

	private final List<CallListener> listeners;

	// told of each call: an array costs no iterator
	private final CallListener[] callListeners;

	Listeners(String dependency, DependencyLog log, CallListener own, List<CallListener> others) {
		this.dependency = dependency;
		this.log = log;
		this.listeners = Stream.concat(Stream.of(own), others.stream()).toList();
		this.callListeners = this.listeners.stream()
			.filter((listener) -> !(listener instanceof StateListener))
			.toArray(CallListener[]::new);
	}

	@Override
	public void onCall(CallEvent event) {
		for (CallListener listener : this.callListeners) {
			try {
				listener.onCall(event);
			}
			catch (RuntimeException ex) {
				failed(ex);
			}
		}
	}

	@Override
	public void onDelivery(DeliveryResult result, int calls) {
		tell((listener) -> listener.onDelivery(result, calls));
	}

	@Override
	public void onRetry(RetryDecision decision, FailureKind kind) {
		tell((listener) -> listener.onRetry(decision, kind));
	}

	@Override
	public void onBreaker(BreakerState from, BreakerState to) {
		tell((listener) -> listener.onBreaker(from, to));
	}

	@Override
	public void onSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
		tell((listener) -> listener.onSwitch(position, reason, duration));
	}

	@Override
	public void onSwitchReturned(SwitchPosition position, @Nullable String reason, Duration after) {
		tell((listener) -> listener.onSwitchReturned(position, reason, after));
	}

	@Override
	public void close() {
		tell(CallListener::close);
	}

	// not of each call: it would cost an object
	private void tell(Consumer<CallListener> event) {
		for (CallListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException ex) {
				failed(ex);
			}
		}
	}

	private void failed(RuntimeException ex) {
		this.log.repeated(Level.ERROR, this.dependency, ex, "A listener of dependency '{}' failed", this.dependency);
	}

}
