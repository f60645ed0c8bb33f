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
	 * @return the change as it may be shown and logged: without secrets
	 * @throws IllegalArgumentException if it makes no sense; the message says why, for
	 * humans
	 */
	String change(String dependency, String assignment);

}
