package dev.resilience.signal;

import java.util.Arrays;

/**
 * The golden signals of each second of the last quarter of an hour, in few bytes. Guarded
 * by the lock of those who use it.
 */
final class SignalHistory {

	static final int SECONDS = 900;

	static final int MINUTE = 60;

	private static final int SLOT_SECONDS = 10;

	private static final int SLOTS = MINUTE / SLOT_SECONDS;

	// 16 bits reach to ten minutes, in steps of 0.06 %
	private static final double LATENCY_SCALE = 1600;

	private static final int PERCENT = 100;

	private final int[] calls = new int[SECONDS];

	private final int[] errors = new int[SECONDS];

	private final short[] p50 = new short[SECONDS];

	private final short[] p95 = new short[SECONDS];

	private final short[] p99 = new short[SECONDS];

	private final byte[] saturation = new byte[SECONDS];

	// the distributions of a minute: one of each second would be too much to keep
	private final Distribution[] slots = new Distribution[SLOTS];

	// the second that was added last
	private long last = -1;

	SignalHistory() {
		Arrays.fill(this.slots, Distribution.EMPTY);
	}

	/** A second has passed. One that was added before takes its counts, too. */
	void add(long number, Counts counts, double saturation) {
		forgetUntil(number);
		int index = index(this.last);
		int total = this.calls[index] + (int) counts.calls();
		if (counts.calls() > 0) {
			this.p50[index] = encoded(counts.latencies().percentile(50));
			this.p95[index] = encoded(counts.latencies().percentile(95));
			this.p99[index] = encoded(counts.latencies().percentile(99));
		}
		this.calls[index] = total;
		this.errors[index] += (int) counts.errors();
		this.saturation[index] = (byte) Math.round(Math.min(1, Math.max(0, saturation)) * PERCENT);
		int slot = slot(this.last);
		this.slots[slot] = this.slots[slot].plus(counts.latencies());
	}

	// nothing was added for the seconds in between
	private void forgetUntil(long number) {
		for (long next = Math.max(this.last + 1, number - SECONDS + 1); next <= number; next++) {
			int index = index(next);
			this.calls[index] = 0;
			this.errors[index] = 0;
			this.saturation[index] = 0;
			if (next % SLOT_SECONDS == 0 || next - this.last > MINUTE) {
				this.slots[slot(next)] = Distribution.EMPTY;
			}
		}
		this.last = Math.max(this.last, number);
	}

	/** The calls of the seconds after the one of that number. */
	CallCounts sum(long afterNumber) {
		long calls = 0;
		long errors = 0;
		for (long number = oldest(afterNumber); number <= this.last; number++) {
			calls += this.calls[index(number)];
			errors += this.errors[index(number)];
		}
		return new CallCounts(calls, errors);
	}

	/** How long the calls of the last minute took, to within a slot. */
	Distribution minute(long presentNumber) {
		Distribution sum = Distribution.EMPTY;
		long oldest = presentNumber / SLOT_SECONDS - SLOTS + 1;
		for (long slot = Math.max(0, oldest); slot <= this.last / SLOT_SECONDS; slot++) {
			sum = sum.plus(this.slots[(int) (slot % SLOTS)]);
		}
		return sum;
	}

	/**
	 * All of it, in intervals of some seconds. The one that has not ended is left out.
	 */
	Trend trend(long presentNumber, int intervalSeconds) {
		int points = SECONDS / intervalSeconds;
		Trend.Builder trend = new Trend.Builder(points, intervalSeconds);
		long end = presentNumber / intervalSeconds * intervalSeconds;
		long start = end - (long) points * intervalSeconds;
		for (long number = oldest(start - 1); number <= Math.min(this.last, end - 1); number++) {
			int index = index(number);
			trend.add((int) ((number - start) / intervalSeconds), this.calls[index], this.errors[index],
					decoded(this.p50[index]), decoded(this.p95[index]), decoded(this.p99[index]),
					this.saturation[index] / (double) PERCENT);
		}
		return trend.build();
	}

	private long oldest(long afterNumber) {
		return Math.max(0, Math.max(afterNumber + 1, this.last - SECONDS + 1));
	}

	private static int index(long number) {
		return (int) (number % SECONDS);
	}

	private static int slot(long number) {
		return (int) (number / SLOT_SECONDS % SLOTS);
	}

	private static short encoded(double millis) {
		return (short) Math.round(Math.log1p(millis * 1000) * LATENCY_SCALE);
	}

	private static double decoded(short encoded) {
		return Math.expm1(encoded / LATENCY_SCALE) / 1000;
	}

}
