package dev.resilience.web;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

import dev.resilience.DependencyCall;
import org.jspecify.annotations.Nullable;

/**
 * Announces the requests of guarded calls to the guard, and gives them the headers by
 * which the partner recognises repetitions and knows how much time is left.
 */
public final class OutboundHeaders {

	private static final String KEY = "Idempotency-Key";

	private final @Nullable String deadline;

	private final Duration margin;

	/**
	 * Create the headers.
	 * @param deadline the name of the header with the milliseconds that are left,
	 * {@code null} not to send it
	 * @param margin what is taken off for the way back
	 */
	public OutboundHeaders(@Nullable String deadline, Duration margin) {
		this.deadline = deadline;
		this.margin = margin;
	}

	/**
	 * Announce a request that is about to leave. Headers that it has already stay.
	 * @param call the call that makes it
	 * @param isPresent tells whether it has a header already
	 * @param set gives it a header
	 * @throws dev.resilience.DependencyTimeoutException if the time is up: it must not be
	 * sent
	 */
	void announce(DependencyCall call, Predicate<String> isPresent, BiConsumer<String, String> set) {
		String key = call.requestStarted();
		if (key != null && !isPresent.test(KEY)) {
			set.accept(KEY, key);
		}
		if (this.deadline != null && !isPresent.test(this.deadline)) {
			long left = call.attemptDeadline().remaining().minus(this.margin).toMillis();
			// what is no time at all to the partner would not be sent
			set.accept(this.deadline, Long.toString(Math.max(1, left)));
		}
	}

}
