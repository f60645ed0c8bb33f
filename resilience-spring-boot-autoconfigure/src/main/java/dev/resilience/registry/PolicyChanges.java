package dev.resilience.registry;

/**
 * Changes the policies of live dependencies, for this instance until it restarts.
 */
@FunctionalInterface
public interface PolicyChanges {

	/**
	 * Change a setting of a dependency. If that makes no sense, nothing changes.
	 * @param dependency the name of a live dependency
	 * @param assignment the key, as it stands under
	 * {@code resilience.dependencies.<name>}, and its value: {@code key=value}. Without a
	 * value, an earlier change of the key is taken back
	 * @throws IllegalArgumentException if it makes no sense; the message says why, for
	 * humans
	 */
	void change(String dependency, String assignment);

}
