package dev.resilience.interceptor;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

import dev.resilience.PartialFailureException;
import org.jspecify.annotations.Nullable;

/**
 * What has become of the items of a call, over its attempts.
 *
 * @param items all items of the call
 * @param asked those of the present attempt
 * @param succeeded results by item
 * @param failed causes by item
 */
record ItemProgress(List<@Nullable Object> items, List<@Nullable Object> asked, Map<Object, Object> succeeded,
		Map<Object, Throwable> failed) {

	static ItemProgress start(List<@Nullable Object> items) {
		return new ItemProgress(items, items, Map.of(), Map.of());
	}

	/**
	 * Whether a failure says of each item of the attempt, and of no other, how it ended.
	 */
	boolean isAccountedForBy(PartialFailureException failure) {
		Set<Object> told = new HashSet<>(failure.succeeded().keySet());
		told.addAll(failure.failed().keySet());
		return told.containsAll(this.asked) && new HashSet<>(this.items).containsAll(failure.failed().keySet());
	}

	/** The attempt has ended for its items. */
	ItemProgress with(Map<?, ?> succeeded, Map<?, ? extends Throwable> failed) {
		Map<Object, Object> allSucceeded = new LinkedHashMap<>(this.succeeded);
		allSucceeded.putAll(succeeded);
		Map<Object, Throwable> allFailed = new LinkedHashMap<>(this.failed);
		allFailed.keySet().removeAll(new HashSet<>(this.asked));
		allFailed.putAll(failed);
		return new ItemProgress(this.items, this.asked, allSucceeded, allFailed);
	}

	/** The attempt has failed for all its items. */
	ItemProgress withFailure(Throwable failure) {
		Map<Object, Throwable> failed = new LinkedHashMap<>();
		this.asked.forEach((item) -> failed.put(item, failure));
		return with(Map.of(), failed);
	}

	/**
	 * The next attempt, with those of the failed items that may be repeated.
	 * @param repeatable judges an item by its cause and by how often it was given
	 */
	ItemProgress narrow(BiPredicate<@Nullable Throwable, Integer> repeatable) {
		Set<Object> repeated = new HashSet<>();
		this.failed.forEach((item, cause) -> {
			if (repeatable.test(cause, Collections.frequency(this.items, item))) {
				repeated.add(item);
			}
		});
		List<@Nullable Object> asked = this.items.stream().filter(repeated::contains).toList();
		return new ItemProgress(this.items, asked, this.succeeded, this.failed);
	}

	/** The failure of the call as far as it is known. */
	PartialFailureException failure() {
		return new PartialFailureException(this.succeeded, this.failed);
	}

}
