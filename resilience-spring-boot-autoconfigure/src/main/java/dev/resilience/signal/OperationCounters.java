package dev.resilience.signal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the calls of each operation.
 */
final class OperationCounters {

	private final Map<String, Counter> counters = new ConcurrentHashMap<>();

	void count(CallEvent event) {
		Counter counter = this.counters.get(event.operation());
		if (counter == null) {
			counter = this.counters.computeIfAbsent(event.operation(), (operation) -> new Counter());
		}
		counter.calls.increment();
		if (event.isError()) {
			counter.errors.increment();
		}
	}

	Map<String, CallCounts> read() {
		Map<String, CallCounts> counts = new TreeMap<>();
		this.counters.forEach((operation, counter) -> counts.put(operation,
				new CallCounts(counter.calls.sum(), counter.errors.sum())));
		return counts;
	}

	private static final class Counter {

		private final LongAdder calls = new LongAdder();

		private final LongAdder errors = new LongAdder();

	}

}
