package dev.resilience.diagnosis;

/**
 * How much of a dependency is in use.
 *
 * @param inUse slots of its bulkhead, or connections
 * @param limit how many there are
 * @param unit what they are, for humans
 */
public record Load(int inUse, int limit, String unit) {

	/**
	 * The share that is in use.
	 * @return 0 to 1
	 */
	public double saturation() {
		return (this.limit == 0) ? 0 : Math.min(1, this.inUse / (double) this.limit);
	}

}
