package dev.resilience.guard;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * How instances share their rate limits.
 *
 * @param buckets where, if they can; asked for when the first limit is shared
 * @param instances how many instances there are: while the store does not answer, each
 * keeps to its part
 * @param timeout how long a call waits for the answer of the store
 */
public record Sharing(Supplier<@Nullable SharedBuckets> buckets, int instances, Duration timeout) {

	/** Nothing is shared. */
	public static final Sharing NONE = new Sharing(() -> null, 1, Duration.ofMillis(100));

}
