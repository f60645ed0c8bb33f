package dev.resilience;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Thrown by a guarded method that works on several items when some of them succeeded and
 * some failed. It counts against the breaker when the failed share reaches the breaker's
 * {@code failure-rate}.
 */
public class PartialFailureException extends RuntimeException {

	private final transient Map<?, ?> succeeded;

	private final transient Map<?, ? extends Throwable> failed;

	/**
	 * Create a new exception.
	 * @param succeeded the result of each item that succeeded
	 * @param failed the cause of each item that failed; not empty
	 */
	public PartialFailureException(Map<?, ?> succeeded, Map<?, ? extends Throwable> failed) {
		super("%d of %d items failed".formatted(failed.size(), failed.size() + succeeded.size()));
		if (failed.isEmpty()) {
			throw new IllegalArgumentException("A partial failure needs at least one failed item");
		}
		this.succeeded = Collections.unmodifiableMap(new LinkedHashMap<>(succeeded));
		this.failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
	}

	/**
	 * The items that succeeded.
	 * @return results by item
	 */
	public Map<?, ?> succeeded() {
		return this.succeeded;
	}

	/**
	 * The items that failed.
	 * @return causes by item
	 */
	public Map<?, ? extends Throwable> failed() {
		return this.failed;
	}

	/**
	 * The share of the items that failed.
	 * @return a number above 0, at most 1
	 */
	public double failedShare() {
		return this.failed.size() / (double) (this.failed.size() + this.succeeded.size());
	}

}
