package dev.resilience.diagnosis;

/**
 * What a dependency did in some time.
 *
 * @param calls calls that say something about it
 * @param errors how many of them failed
 * @param corrupt how many of them failed with corrupt data
 * @param slow how many of them were slower than most usually are
 * @param tail how many of them were slower than nearly all usually are
 * @param demand how many calls were wanted
 * @param retries attempts that were made again
 * @param unaffordable attempts that were not, for want of budget
 */
record Figures(long calls, long errors, long corrupt, long slow, long tail, long demand, long retries,
		long unaffordable) {

	static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0);

	Figures plus(Figures other) {
		return new Figures(this.calls + other.calls, this.errors + other.errors, this.corrupt + other.corrupt,
				this.slow + other.slow, this.tail + other.tail, this.demand + other.demand,
				this.retries + other.retries, this.unaffordable + other.unaffordable);
	}

}
