package dev.resilience.signal;

/**
 * How many calls there were in some time.
 *
 * @param calls those that say something about the dependency
 * @param errors how many of them failed
 */
public record CallCounts(long calls, long errors) {

	/** There were none. */
	public static final CallCounts NONE = new CallCounts(0, 0);

	CallCounts plus(long calls, long errors) {
		return new CallCounts(this.calls + calls, this.errors + errors);
	}

	/**
	 * The share of them that failed.
	 * @return 0 to 1, 0 if there were none
	 */
	public double errorRate() {
		// what is read while calls end is not of one moment
		return (this.calls == 0) ? 0 : Math.min(1, this.errors / (double) this.calls);
	}

}
