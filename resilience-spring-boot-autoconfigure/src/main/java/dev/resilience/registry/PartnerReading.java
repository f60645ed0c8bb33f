package dev.resilience.registry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a partner's map. What was read is kept for some time if it cannot be
 * read again; its incident is news, and gets old sooner.
 *
 * @param last the map as it was read last, {@code null} if it never was
 * @param path who deviated first there, from the outside to the innermost
 * @param atNanos when it was read, on our monotonic clock
 * @param problem why it could not be read since, {@code null} if it could
 */
record PartnerReading(@Nullable PartnerMap last, List<String> path, long atNanos, @Nullable String problem) {

	/** Nothing is known. */
	static final PartnerReading NONE = new PartnerReading(null, List.of(), 0, null);

	private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(60);

	private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(5);

	PartnerReading failed(String problem) {
		return new PartnerReading(this.last, this.path, this.atNanos, problem);
	}

	PartnerMap map(String url, long nowNanos) {
		PartnerMap last = this.last;
		if (last == null || nowNanos - this.atNanos > KEPT_NANOS) {
			return new PartnerMap(url, (last != null) ? last.checkedAt() : null, problem(nowNanos), null, null, null,
					false, Map.of());
		}
		return new PartnerMap(url, last.checkedAt(), problem(nowNanos), last.application(), last.status(),
				isFresh(nowNanos) ? last.incident() : null, last.cycle(), last.dependencies());
	}

	private @Nullable String problem(long nowNanos) {
		return (this.problem == null && this.last != null && !isFresh(nowNanos)) ? "It was not read for a minute"
				: this.problem;
	}

	List<String> deviatedFirst(long nowNanos) {
		return isFresh(nowNanos) ? this.path : List.of();
	}

	private boolean isFresh(long nowNanos) {
		return nowNanos - this.atNanos <= FRESH_NANOS;
	}

}
