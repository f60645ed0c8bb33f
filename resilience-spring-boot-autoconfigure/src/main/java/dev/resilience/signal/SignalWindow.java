package dev.resilience.signal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts and latencies of the last minute, in slots of ten seconds. A slot exists only
 * after its first call.
 */
final class SignalWindow {

	static final Duration LENGTH = Duration.ofMinutes(1);

	private static final long SLOT_NANOS = Duration.ofSeconds(10).toNanos();

	private static final int SLOTS = (int) (LENGTH.toNanos() / SLOT_NANOS);

	private static final long HIGHEST_MICROS = Duration.ofMinutes(10).toNanos() / 1000;

	private static final int SIGNIFICANT_DIGITS = 2;

	private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(SLOTS);

	private final long startNanos;

	SignalWindow(long startNanos) {
		this.startNanos = startNanos;
	}

	void record(long nowNanos, long durationNanos, boolean error) {
		Slot slot = slot(nowNanos);
		slot.latencies.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, durationNanos / 1000)));
		if (error) {
			slot.errors.increment();
		}
	}

	private Slot slot(long nowNanos) {
		long number = Math.floorDiv(nowNanos - this.startNanos, SLOT_NANOS);
		int index = (int) Math.floorMod(number, SLOTS);
		while (true) {
			Slot slot = this.slots.get(index);
			// a straggler of an earlier slot counts in the newer one
			if (slot != null && slot.number >= number) {
				return slot;
			}
			Slot fresh = new Slot(number);
			if (this.slots.compareAndSet(index, slot, fresh)) {
				return fresh;
			}
		}
	}

	Signals read(long nowNanos, double saturation) {
		long current = Math.floorDiv(nowNanos - this.startNanos, SLOT_NANOS);
		Histogram latencies = new Histogram(HIGHEST_MICROS, SIGNIFICANT_DIGITS);
		long errors = 0;
		for (int i = 0; i < SLOTS; i++) {
			Slot slot = this.slots.get(i);
			if (slot != null && slot.number > current - SLOTS) {
				latencies.add(slot.latencies);
				errors += slot.errors.sum();
			}
		}
		long calls = latencies.getTotalCount();
		// the oldest slots and the part of the present one that has passed
		long passed = Math.min((SLOTS - 1) * SLOT_NANOS + Math.floorMod(nowNanos - this.startNanos, SLOT_NANOS),
				nowNanos - this.startNanos);
		double seconds = Math.max(1, passed / 1e9);
		return new Signals(LENGTH, calls / seconds, (calls == 0) ? 0 : Math.min(1, errors / (double) calls),
				Latency.of(latencies), saturation);
	}

	private static final class Slot {

		private final long number;

		private final AtomicHistogram latencies = new AtomicHistogram(HIGHEST_MICROS, SIGNIFICANT_DIGITS);

		private final LongAdder errors = new LongAdder();

		private Slot(long number) {
			this.number = number;
		}

	}

}
