package dev.resilience.diagnosis;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import dev.resilience.signal.Counts;
import dev.resilience.signal.Distribution;

/**
 * The last minute of a dependency, second by second.
 */
final class Recent {

	/** The window in which something has to be noticed. */
	static final int SHORT = 10;

	private static final int LONG = 60;

	/** The more often a dependency is called, the sooner there is enough to judge. */
	static final int[] WINDOWS = { SHORT / 2, SHORT, LONG };

	private final Figures[] figures = new Figures[LONG];

	private final float[] saturation = new float[LONG];

	// what may still turn out not to be usual
	private final Deque<Counts> counts = new ArrayDeque<>();

	private long seconds;

	Recent() {
		Arrays.fill(this.figures, Figures.NONE);
	}

	/**
	 * A second has passed.
	 * @return what has left the short window, {@link Counts#NONE} at first
	 */
	Counts add(Figures figures, Counts counts, double saturation) {
		int index = (int) (this.seconds++ % LONG);
		this.figures[index] = figures;
		this.saturation[index] = (float) saturation;
		this.counts.addLast(counts);
		return (this.counts.size() > SHORT) ? this.counts.removeFirst() : Counts.NONE;
	}

	/** A second, 0 for the last one. */
	private int index(int ago) {
		return (int) Math.floorMod(this.seconds - 1 - ago, LONG);
	}

	Figures sum(int seconds) {
		Figures sum = Figures.NONE;
		for (int ago = 0; ago < seconds; ago++) {
			sum = sum.plus(this.figures[index(ago)]);
		}
		return sum;
	}

	/** How many seconds are known. */
	int known() {
		return (int) Math.min(LONG, this.seconds);
	}

	/** How long calls took of late, at most in the short window. */
	Distribution latencies(int seconds) {
		return this.counts.stream()
			.skip(Math.max(0, this.counts.size() - seconds))
			.map(Counts::latencies)
			.reduce(Distribution.EMPTY, Distribution::plus);
	}

	/** For how many seconds in a row it has been at least so saturated. */
	int saturatedFor(double atLeast) {
		int ago = 0;
		while (ago < known() && this.saturation[index(ago)] >= atLeast) {
			ago++;
		}
		return ago;
	}

	double saturation() {
		return this.saturation[index(0)];
	}

	/**
	 * When more calls most probably began to be of a kind.
	 * @param kind how many of them are
	 * @param now what is so now
	 * @param usual the share of them that usually is
	 * @return how many seconds ago, from 1
	 */
	int began(ToLongFunction<Figures> kind, Figures now, double usual) {
		double share = kind.applyAsLong(now) / (double) Math.max(1, now.calls());
		double more = Math.log(share / usual);
		double fewer = Math.log(Math.max(1e-6, 1 - share) / (1 - usual));
		return began((second) -> {
			long seen = kind.applyAsLong(second);
			return seen * more + Math.max(0, second.calls() - seen) * fewer;
		});
	}

	/**
	 * When it most probably began.
	 * @param evidence how much more probable a second is if it has begun, as a logarithm
	 * @return how many seconds ago, from 1
	 */
	int began(ToDoubleFunction<Figures> evidence) {
		double sum = 0;
		double most = Double.NEGATIVE_INFINITY;
		int began = 1;
		for (int ago = 0; ago < known(); ago++) {
			sum += evidence.applyAsDouble(this.figures[index(ago)]);
			if (sum > most) {
				most = sum;
				began = ago + 1;
			}
		}
		return began;
	}

}
