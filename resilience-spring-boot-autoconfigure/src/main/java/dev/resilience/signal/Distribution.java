package dev.resilience.signal;

import java.util.Arrays;

import org.HdrHistogram.AbstractHistogram;

/**
 * How often calls took how long. Keeps only the latencies that were seen, each as exactly
 * as the histogram from which it comes. Immutable.
 */
public final class Distribution {

	/** Nothing was seen. */
	public static final Distribution EMPTY = new Distribution(new int[0], new int[0], 0);

	// ascending
	private final int[] micros;

	private final int[] counts;

	private final int size;

	private final long total;

	private Distribution(int[] micros, int[] counts, int size) {
		this.micros = (size == micros.length) ? micros : Arrays.copyOf(micros, size);
		this.counts = (size == counts.length) ? counts : Arrays.copyOf(counts, size);
		this.size = size;
		long total = 0;
		for (int i = 0; i < size; i++) {
			total += this.counts[i];
		}
		this.total = total;
	}

	/** What a histogram holds, while others may record into it. */
	static Distribution of(AbstractHistogram histogram, int expectedSize) {
		int[] micros = new int[expectedSize];
		int[] counts = new int[expectedSize];
		int size = 0;
		long highest = histogram.getMaxValue();
		for (long value = 0; value <= highest; value = histogram.nextNonEquivalentValue(value)) {
			int count = (int) histogram.getCountAtValue(value);
			if (count != 0) {
				if (size == micros.length) {
					micros = Arrays.copyOf(micros, size + 16 + size / 2);
					counts = Arrays.copyOf(counts, micros.length);
				}
				micros[size] = (int) histogram.highestEquivalentValue(value);
				counts[size++] = count;
			}
		}
		return new Distribution(micros, counts, size);
	}

	int size() {
		return this.size;
	}

	/** What came to it since an earlier state of the same histogram. */
	Distribution since(Distribution earlier) {
		if (earlier.size == 0) {
			return this;
		}
		int[] micros = new int[this.size];
		int[] counts = new int[this.size];
		int size = 0;
		int other = 0;
		for (int i = 0; i < this.size; i++) {
			int count = this.counts[i];
			while (other < earlier.size && earlier.micros[other] < this.micros[i]) {
				other++;
			}
			if (other < earlier.size && earlier.micros[other] == this.micros[i]) {
				// also right when a count has passed the limit of an int
				count -= earlier.counts[other++];
			}
			if (count != 0) {
				micros[size] = this.micros[i];
				counts[size++] = count;
			}
		}
		return new Distribution(micros, counts, size);
	}

	/**
	 * Both together.
	 * @param other the other one
	 * @return the sum
	 */
	public Distribution plus(Distribution other) {
		if (other.size == 0) {
			return this;
		}
		if (this.size == 0) {
			return other;
		}
		int[] micros = new int[this.size + other.size];
		int[] counts = new int[micros.length];
		int size = 0;
		int left = 0;
		int right = 0;
		while (left < this.size || right < other.size) {
			int next = Math.min((left < this.size) ? this.micros[left] : Integer.MAX_VALUE,
					(right < other.size) ? other.micros[right] : Integer.MAX_VALUE);
			micros[size] = next;
			if (left < this.size && this.micros[left] == next) {
				counts[size] += this.counts[left++];
			}
			if (right < other.size && other.micros[right] == next) {
				counts[size] += other.counts[right++];
			}
			size++;
		}
		return new Distribution(micros, counts, size);
	}

	/**
	 * How many calls there were.
	 * @return their number
	 */
	public long total() {
		return this.total;
	}

	/**
	 * How many calls took longer than a latency.
	 * @param millis the latency in milliseconds
	 * @return their number
	 */
	public long above(double millis) {
		long above = 0;
		for (int i = this.size - 1; i >= 0 && this.micros[i] > millis * 1000; i--) {
			above += this.counts[i];
		}
		return above;
	}

	/**
	 * The latency that a share of the calls did not exceed.
	 * @param percent the share, 0 to 100
	 * @return the latency in milliseconds, 0 if there were no calls
	 */
	public double percentile(double percent) {
		long rank = Math.max(1, (long) Math.ceil(this.total * percent / 100));
		long passed = 0;
		for (int i = 0; i < this.size; i++) {
			passed += this.counts[i];
			if (passed >= rank) {
				return this.micros[i] / 1000.0;
			}
		}
		return 0;
	}

}
