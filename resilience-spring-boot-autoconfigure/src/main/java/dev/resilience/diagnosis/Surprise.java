package dev.resilience.diagnosis;

/**
 * How improbable an observation is if nothing has changed: the natural logarithm of one
 * to at most so many (Chernoff's bounds).
 */
final class Surprise {

	private Surprise() {
	}

	/** That so many calls are of a kind of which usually only a share is. */
	static double ofMore(long hits, long calls, double share) {
		if (calls == 0 || hits <= share * calls) {
			return 0;
		}
		double seen = hits / (double) calls;
		return calls * (part(seen, share) + part(1 - seen, 1 - share));
	}

	/** That there are so few calls, where usually more or less so many are expected. */
	static double ofFewer(double calls, double expected, double dispersion) {
		return (calls >= expected) ? 0 : (expected - calls + part(calls, expected)) / dispersion;
	}

	private static double part(double seen, double usual) {
		return (seen == 0) ? 0 : seen * Math.log(seen / usual);
	}

}
