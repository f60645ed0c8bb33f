package dev.resilience.signal;

/**
 * What has happened in some time.
 *
 * @param latencies of the calls that say something about the dependency
 * @param errors how many of those failed
 * @param corrupt how many of those failed with corrupt data
 * @param others calls that say nothing about it: refusals and client errors
 * @param retries attempts that were made again
 * @param unaffordable attempts that were not, for want of budget
 */
public record Counts(Distribution latencies, long errors, long corrupt, long others, long retries, long unaffordable) {

	/** Nothing has happened. */
	public static final Counts NONE = new Counts(Distribution.EMPTY, 0, 0, 0, 0, 0);

	/**
	 * How many calls say something about the dependency.
	 * @return their number
	 */
	public long calls() {
		return this.latencies.total();
	}

	/**
	 * How many calls were wanted, whatever became of them.
	 * @return their number
	 */
	public long demand() {
		return calls() + this.others;
	}

	Counts since(Counts earlier) {
		return new Counts(this.latencies.since(earlier.latencies), this.errors - earlier.errors,
				this.corrupt - earlier.corrupt, this.others - earlier.others, this.retries - earlier.retries,
				this.unaffordable - earlier.unaffordable);
	}

	/**
	 * What has happened in two times.
	 * @param other in the other one
	 * @return the sum
	 */
	public Counts plus(Counts other) {
		return new Counts(this.latencies.plus(other.latencies), this.errors + other.errors,
				this.corrupt + other.corrupt, this.others + other.others, this.retries + other.retries,
				this.unaffordable + other.unaffordable);
	}

}
