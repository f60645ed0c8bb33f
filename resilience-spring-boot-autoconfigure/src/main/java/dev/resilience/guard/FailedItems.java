package dev.resilience.guard;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;

import dev.resilience.failure.Classification;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Judges the failed items of a call that failed partially: which of them may be sent
 * again, and when.
 */
final class FailedItems implements Predicate<Throwable> {

	private static final int LONGEST_CHAIN = 64;

	private final Call call;

	private @Nullable Duration retryAfter;

	FailedItems(Call call) {
		this.call = call;
	}

	@Override
	public boolean test(Throwable cause) {
		OperationPolicy policy = this.call.operation.policy();
		if (cause instanceof Error || policy.ignore().stream().anyMatch((answer) -> answer.isInstance(cause))) {
			return false;
		}
		Environment environment = this.call.guard().environment();
		Classification classification = environment.classification().classify(cause);
		boolean inTransaction = classification.database() && environment.transactions().isActive();
		if (!Attempts.isWorthRepeating(classification.kind()) || inTransaction
				|| !(policy.idempotent() || isSafe(cause, classification))) {
			return false;
		}
		Duration retryAfter = classification.retryAfter();
		if (retryAfter != null && (this.retryAfter == null || retryAfter.compareTo(this.retryAfter) > 0)) {
			this.retryAfter = retryAfter;
		}
		return true;
	}

	// a key is no help: the partner knows the narrowed request under another one
	private static boolean isSafe(Throwable cause, Classification classification) {
		return switch (classification.kind()) {
			case CONNECTION_REFUSED, RATE_LIMITED -> true;
			case SERVER_ERROR -> classification.retryAfter() != null;
			// the application says itself that the item was not done
			case UNKNOWN -> classification.isUnrecognized() && !isInputOutput(cause);
			default -> false;
		};
	}

	private static boolean isInputOutput(Throwable cause) {
		Throwable link = cause;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link instanceof IOException) {
				return true;
			}
			link = link.getCause();
		}
		return false;
	}

	/** The longest time that one of the items to be sent again has to wait. */
	@Nullable Duration retryAfter() {
		return this.retryAfter;
	}

}
