package dev.resilience.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * Looks for one way in which a dependency can deviate.
 */
interface Detector {

	/**
	 * Look at the last minute.
	 * @param recent the last minute
	 * @param norm what is usual, {@code null} if that is not known
	 * @param load how much of the dependency is in use
	 * @param lenience 1 to find something new; less if it was there before, so that it
	 * does not come and go
	 * @return what was found, {@code null} if all is well
	 */
	@Nullable Finding look(Recent recent, @Nullable Norm norm, Load load, double lenience);

}
