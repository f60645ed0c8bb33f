package dev.resilience.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * Compares what a dependency does with what it usually does, in the shortest window in
 * which there is enough to judge.
 */
abstract class WindowedDetector implements Detector {

	@Override
	public final @Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience) {
		if (norm == null) {
			return null;
		}
		for (int seconds : Recent.WINDOWS) {
			Finding found = look(recent, seconds, norm, load, lenience);
			if (found != null) {
				return found;
			}
		}
		return null;
	}

	abstract @Nullable Finding look(Recent recent, int seconds, Norm norm, Load load, double lenience);

}
