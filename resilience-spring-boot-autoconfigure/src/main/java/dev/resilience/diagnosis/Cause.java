package dev.resilience.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.resilience.signal.CallCounts;
import org.jspecify.annotations.Nullable;

/**
 * Says what kind of trouble an incident is, and by which figures.
 *
 * @param category the kind
 * @param figures the figures
 * @param remedy what to do about that kind
 */
record Cause(Category category, List<String> figures, String remedy) {

	private static final long SOON_NANOS = TimeUnit.MINUTES.toNanos(2);

	private static final long INEXACT_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final double MUCH_MORE = 1.5;

	private static final double NEARLY_ALL = 0.9;

	private static final int ENOUGH = 5;

	/** The cause, {@code null} if the figures do not tell. */
	static @Nullable Cause of(Course course, Subject first, List<Change> changes) {
		Cause cause = change(course, changes);
		cause = (cause != null) ? cause : data(course, first);
		cause = (cause != null) ? cause : overload(first.comparison());
		cause = (cause != null) ? cause : cascade(course);
		return (cause != null) ? cause : exhaustion(course);
	}

	private static @Nullable Cause change(Course course, List<Change> changes) {
		Change last = null;
		for (Change change : changes) {
			long after = course.sinceNanos() - change.atNanos();
			// when something left its baseline is known to within some seconds
			if (after >= -INEXACT_NANOS && after <= SOON_NANOS
					&& (last == null || change.atNanos() >= last.atNanos())) {
				last = change;
			}
		}
		if (last == null) {
			return null;
		}
		long seconds = TimeUnit.NANOSECONDS.toSeconds(Math.max(0, course.sinceNanos() - last.atNanos()));
		return new Cause(Category.CHANGE, List.of("it began %d s after: %s".formatted(seconds, last.what())),
				"undo that first, or compare with how it was before");
	}

	private static @Nullable Cause data(Course course, Subject first) {
		Comparison now = first.comparison();
		if (now.errors() >= ENOUGH && now.corrupt() >= NEARLY_ALL * now.errors()) {
			return new Cause(Category.DATA,
					List.of("%d of its %d failures are CORRUPT_DATA".formatted(now.corrupt(), now.errors())),
					"its answers are not what the application expects, so compare them with those of its last release");
		}
		String only = onlyFailing(course.operationsSince(first));
		return (only != null) ? new Cause(Category.DATA, List.of("only its operation %s fails".formatted(only)),
				"look at what is special about that operation or its data; the others work") : null;
	}

	private static @Nullable String onlyFailing(Map<String, CallCounts> operations) {
		long errors = operations.values().stream().mapToLong(CallCounts::errors).sum();
		String only = null;
		long others = 0;
		for (Map.Entry<String, CallCounts> each : operations.entrySet()) {
			if (errors >= ENOUGH && each.getValue().errors() >= NEARLY_ALL * errors) {
				only = each.getKey();
			}
			else {
				others += each.getValue().calls();
			}
		}
		return (others >= ENOUGH) ? only : null;
	}

	private static @Nullable Cause overload(Comparison now) {
		Double usualDemand = now.usualDemand();
		Double usualRetries = now.usualRetries();
		if (usualDemand == null || usualRetries == null || now.demand() < MUCH_MORE * usualDemand
				|| now.retries() < MUCH_MORE * usualRetries + 1) {
			return null;
		}
		return new Cause(Category.OVERLOAD,
				List.of("%s calls, usually %s".formatted(Text.perSecond(now.demand()), Text.perSecond(usualDemand)),
						"%s retries, usually %s".formatted(Text.perSecond(now.retries()),
								Text.perSecond(usualRetries))),
				"more is asked of it than it can do, and retries add to it: give it fewer attempts or a rate limit until it has recovered");
	}

	private static @Nullable Cause cascade(Course course) {
		List<Course.Entry> entries = course.entries();
		if (entries.get(0).deviation().signal() != DeviationSignal.LATENCY) {
			return null;
		}
		List<String> figures = new ArrayList<>();
		figures.add("%s became slow first".formatted(entries.get(0).dependency()));
		for (Course.Entry each : entries) {
			if (each.deviation().signal() == DeviationSignal.SATURATION) {
				figures.add(String.format(Locale.ROOT, "%s filled up %.0f s later", each.dependency(),
						(each.deviation().sinceNanos() - course.sinceNanos()) / 1e9));
			}
		}
		return (figures.size() > 1)
				? new Cause(Category.CASCADE, figures,
						"what waits for it fills up: shorten its timeout, or switch it off until it is fast again")
				: null;
	}

	private static @Nullable Cause exhaustion(Course course) {
		String full = null;
		for (Course.Entry each : course.entries()) {
			switch (each.deviation().signal()) {
				case ERRORS, FAILING, RETRY_BUDGET -> {
					return null;
				}
				case SATURATION -> full = (full != null) ? full : each.dependency();
				default -> {
				}
			}
		}
		return (full != null) ? new Cause(Category.EXHAUSTION, List.of("%s is full, and nothing fails".formatted(full)),
				"a timeout is missing or too long, or there are too few slots or connections") : null;
	}

}
