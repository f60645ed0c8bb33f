package dev.resilience.registry;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The durable calls that are tried no more.
 */
public interface DeadLetters {

	/**
	 * A page of the dead letters of a dependency, the last ones first.
	 * @param dependency its name
	 * @param page the number of the page, from 0
	 * @param size how many are on a page
	 * @param withArguments whether their arguments are wanted
	 * @return the letters
	 */
	List<DeadLetter> page(String dependency, int page, int size, boolean withArguments);

	/**
	 * Try dead letters again, with all their attempts and all their time.
	 * @param dependency the name of the dependency
	 * @param id of one of them, {@code null} for all
	 * @return how many there were
	 */
	int requeue(String dependency, @Nullable String id);

	/**
	 * Throw dead letters away.
	 * @param dependency the name of the dependency
	 * @param id of one of them, {@code null} for all
	 * @return how many there were
	 */
	int discard(String dependency, @Nullable String id);

}
