package dev.resilience.guard;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts what callers saw, and what the guard told of the same calls.
 */
final class Ledger implements CallListener {

	static final Object VALUE = "value";

	static final Object INSTEAD = "instead";

	private final Map<Seen, LongAdder> seen = counters(Seen.values());

	private final Map<Seen, LongAdder> told = counters(Seen.values());

	private final Map<FailureKind, LongAdder> failures = counters(FailureKind.values());

	private final LongAdder fired = new LongAdder();

	private final LongAdder retries = new LongAdder();

	private static <K> Map<K, LongAdder> counters(K[] keys) {
		Map<K, LongAdder> counters = new ConcurrentHashMap<>();
		for (K key : keys) {
			counters.put(key, new LongAdder());
		}
		return counters;
	}

	void saw(Seen end) {
		this.seen.get(end).increment();
	}

	@Override
	public void onCall(CallEvent event) {
		if (event.failure() != FailureKind.NONE) {
			this.failures.get(event.failure()).increment();
		}
		if (event.operation().equals("Client.call")) {
			this.fired.increment();
			return;
		}
		boolean cancelled = event.outcome() == Outcome.FAILURE && event.failure() == FailureKind.NONE;
		this.told.get(cancelled ? Seen.CANCELLED : Seen.valueOf(event.outcome().name())).increment();
	}

	@Override
	public void onRetry(RetryDecision decision, FailureKind failure) {
		if (decision == RetryDecision.RETRIED) {
			this.retries.increment();
		}
	}

	long events() {
		return firedEvents() + this.told.values().stream().mapToLong(LongAdder::sum).sum();
	}

	/** Events of calls of which nobody sees anything. */
	long firedEvents() {
		return this.fired.sum();
	}

	long retries() {
		return this.retries.sum();
	}

	Map<FailureKind, Long> failures() {
		Map<FailureKind, Long> counts = new EnumMap<>(FailureKind.class);
		this.failures.forEach((kind, count) -> {
			if (count.sum() > 0) {
				counts.put(kind, count.sum());
			}
		});
		return counts;
	}

	/**
	 * A caller who gives up may do so while the end of his call is being told: such a
	 * call is found with another outcome, and nothing else is.
	 */
	void assertThatEventsAreWhatCallersSaw() {
		long late = this.seen.get(Seen.CANCELLED).sum() - this.told.get(Seen.CANCELLED).sum();
		assertThat(late).isNotNegative();
		long others = 0;
		for (Seen end : Seen.values()) {
			assertThat(this.told.get(end).sum()).as(end.name()).isPositive();
			if (end != Seen.CANCELLED) {
				long more = this.told.get(end).sum() - this.seen.get(end).sum();
				assertThat(more).as("%s that nobody saw", end).isNotNegative();
				others += more;
			}
		}
		assertThat(others).isEqualTo(late);
	}

	@Override
	public String toString() {
		return "seen %s, told %s, fired %s, retries %s".formatted(this.seen, this.told, this.fired, this.retries);
	}

}
