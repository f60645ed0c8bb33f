package dev.resilience.diagnosis;

import dev.resilience.signal.Counts;
import org.jspecify.annotations.Nullable;

/**
 * Learns what a dependency usually does, from the seconds in which it did nothing else. A
 * norm holds until the next one is known.
 */
final class Baseline {

	private static final int FIRST_SECONDS = 60;

	private static final int SECONDS = 150;

	private static final int MOST_SECONDS = 900;

	private static final int ENOUGH_CALLS = 1000;

	private static final int BLOCK_SECONDS = 10;

	private final double latencyFactor;

	private @Nullable Norm norm;

	// on how many seconds it rests
	private long normSeconds;

	private Counts counts = Counts.NONE;

	private long seconds;

	// of the demand in blocks of some seconds
	private long block;

	private double sum;

	private double sumOfSquares;

	Baseline(double latencyFactor) {
		this.latencyFactor = latencyFactor;
	}

	void learn(Counts second) {
		this.counts = this.counts.plus(second);
		this.seconds++;
		this.block += second.demand();
		if (this.seconds % BLOCK_SECONDS == 0) {
			this.sum += this.block;
			this.sumOfSquares += (double) this.block * this.block;
			this.block = 0;
			closeBlock();
		}
	}

	private void closeBlock() {
		boolean enough = this.seconds >= SECONDS
				&& (this.counts.calls() >= ENOUGH_CALLS || this.seconds >= MOST_SECONDS);
		// the first one is improved as soon as much more is known
		boolean better = this.seconds >= Math.max(FIRST_SECONDS, 2 * this.normSeconds);
		if (enough || better) {
			this.norm = Norm.isKnownFrom(this.counts)
					? Norm.of(this.counts, this.seconds, dispersion(), this.latencyFactor) : null;
			this.normSeconds = (this.norm != null) ? this.seconds : 0;
		}
		if (enough) {
			this.counts = Counts.NONE;
			this.seconds = 0;
			this.sum = 0;
			this.sumOfSquares = 0;
		}
	}

	private double dispersion() {
		double blocks = this.seconds / (double) BLOCK_SECONDS;
		double mean = this.sum / blocks;
		double variance = Math.max(0, this.sumOfSquares - this.sum * mean) / (blocks - 1);
		return (mean == 0) ? 1 : Math.max(1, variance / mean);
	}

	/** What is usual, {@code null} if that is not known yet. */
	@Nullable Norm norm() {
		return this.norm;
	}

}
