package dev.resilience.signal;

import java.util.concurrent.atomic.LongAdder;

import dev.resilience.FailureKind;
import org.HdrHistogram.AtomicHistogram;

/**
 * Counts what happens, for ever; nothing waits for anybody, and nothing is allocated.
 */
final class Counters {

	private static final long HIGHEST_MICROS = 600_000_000;

	private static final long LOWEST_MICROS = 8;

	private static final int SIGNIFICANT_DIGITS = 2;

	// of the calls that are signals
	private final AtomicHistogram latencies = new AtomicHistogram(LOWEST_MICROS, HIGHEST_MICROS, SIGNIFICANT_DIGITS);

	private final LongAdder errors = new LongAdder();

	private final LongAdder corrupt = new LongAdder();

	// refusals and client errors
	private final LongAdder others = new LongAdder();

	private final LongAdder retries = new LongAdder();

	private final LongAdder unaffordable = new LongAdder();

	void count(CallEvent event) {
		if (!event.isSignal()) {
			this.others.increment();
			return;
		}
		this.latencies.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, event.durationNanos() / 1000)));
		if (event.isError()) {
			this.errors.increment();
			if (event.failure() == FailureKind.CORRUPT_DATA) {
				this.corrupt.increment();
			}
		}
	}

	void count(RetryDecision decision) {
		if (decision == RetryDecision.RETRIED) {
			this.retries.increment();
		}
		else if (decision == RetryDecision.BUDGET) {
			this.unaffordable.increment();
		}
	}

	/** All until now. */
	Counts read(Counts before) {
		Distribution latencies = (this.latencies.getTotalCount() != before.latencies().total())
				? Distribution.of(this.latencies, before.latencies().size() + 16) : before.latencies();
		return new Counts(latencies, this.errors.sum(), this.corrupt.sum(), this.others.sum(), this.retries.sum(),
				this.unaffordable.sum());
	}

}
