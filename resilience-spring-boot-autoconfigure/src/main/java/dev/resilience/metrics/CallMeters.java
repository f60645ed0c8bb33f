package dev.resilience.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Times the calls of one dependency and counts its retries. A meter exists from the first
 * event of its kind, and is found by its position, not by its tags.
 */
final class CallMeters implements CallListener {

	private static final int OUTCOMES = Outcome.values().length;

	private static final int KINDS = FailureKind.values().length;

	private final MeterRegistry registry;

	private final String dependency;

	private final AtomicReferenceArray<@Nullable Timer> calls = new AtomicReferenceArray<>(
			DependencyType.values().length * OUTCOMES * KINDS);

	private final AtomicReferenceArray<@Nullable Counter> retries = new AtomicReferenceArray<>(
			RetryDecision.values().length);

	private final AtomicReferenceArray<@Nullable Counter> deliveries = new AtomicReferenceArray<>(
			DeliveryResult.values().length);

	private final Supplier<List<Meter>> backlog;

	// no monitor: it would pin a virtual caller
	private final ReentrantLock registration = new ReentrantLock();

	// all below are guarded by the lock
	private final List<Meter> registered = new ArrayList<>();

	private boolean backlogRegistered;

	private boolean closed;

	/**
	 * Create the meters.
	 * @param gauges those of its state, which end with them
	 * @param backlog registers those of its durable calls, if it has any
	 */
	CallMeters(MeterRegistry registry, String dependency, List<Gauge> gauges, Supplier<List<Meter>> backlog) {
		this.backlog = backlog;
		this.registry = registry;
		this.dependency = dependency;
		this.registered.addAll(gauges);
	}

	@Override
	public void onCall(CallEvent event) {
		int index = (event.type().ordinal() * OUTCOMES + event.outcome().ordinal()) * KINDS + event.failure().ordinal();
		Timer timer = this.calls.getPlain(index);
		if (timer == null) {
			timer = register(this.calls, index,
					() -> Timer.builder("resilience.calls")
						.description("Calls of dependencies, retries and waits included")
						.tag("dependency", this.dependency)
						.tag("type", event.type().name().toLowerCase(Locale.ROOT))
						.tag("outcome", event.outcome().tag())
						.tag("failure", event.failure().tag())
						.register(this.registry));
		}
		if (timer != null) {
			timer.record(event.durationNanos(), TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void onRetry(RetryDecision decision, FailureKind failure) {
		Counter counter = this.retries.get(decision.ordinal());
		if (counter == null) {
			counter = register(this.retries, decision.ordinal(),
					() -> Counter.builder("resilience.retries")
						.description("What became of the wish to repeat a failed call")
						.tag("dependency", this.dependency)
						.tag("decision", decision.tag())
						.register(this.registry));
		}
		if (counter != null) {
			counter.increment();
		}
	}

	@Override
	public void onDelivery(DeliveryResult result, int calls) {
		Counter counter = this.deliveries.get(result.ordinal());
		if (counter == null) {
			counter = register(this.deliveries, result.ordinal(), () -> deliveryCounter(result));
		}
		if (counter != null) {
			counter.increment(calls);
		}
	}

	// with the first one come the gauges: only where something is durable
	private Counter deliveryCounter(DeliveryResult result) {
		if (!this.backlogRegistered) {
			this.backlogRegistered = true;
			this.registered.addAll(this.backlog.get());
		}
		return Counter.builder("resilience.deliveries")
			.description("What has become of durable calls")
			.tag("dependency", this.dependency)
			.tag("result", result.tag())
			.register(this.registry);
	}

	// a dependency of that name may have come back, whose meters would be the same
	private <M extends Meter> @Nullable M register(AtomicReferenceArray<@Nullable M> known, int index,
			Supplier<M> meter) {
		this.registration.lock();
		try {
			if (this.closed) {
				return null;
			}
			M registered = meter.get();
			known.set(index, registered);
			this.registered.add(registered);
			return registered;
		}
		finally {
			this.registration.unlock();
		}
	}

	@Override
	public void close() {
		this.registration.lock();
		try {
			this.closed = true;
			this.registered.forEach(this.registry::remove);
			this.registered.clear();
		}
		finally {
			this.registration.unlock();
		}
	}

}
