package dev.resilience.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * Finds out that there are more failures than retries to spend on them.
 */
final class RetryBudgetDetector implements Detector {

	private static final int SEVERAL = 3;

	@Override
	public @Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience) {
		Figures sum = recent.sum(Recent.SHORT);
		if (sum.unaffordable() < SEVERAL * lenience) {
			return null;
		}
		int began = recent.began((second) -> (second.unaffordable() > 0) ? 1 : -1);
		return new Finding(began,
				"Its retry budget is used up: %d attempts were not repeated in %d s, %d were. Repeating more would only add to its load"
					.formatted(sum.unaffordable(), Recent.SHORT, sum.retries()));
	}

}
