package dev.resilience.guard;

import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.failure.Classification;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.signal.RetryDecision;
import org.jspecify.annotations.Nullable;

/**
 * Judges attempts: what a failure is, what it does to the mechanisms, and whether another
 * attempt may follow.
 */
final class Attempts {

	/** No further attempt. */
	static final long NO_RETRY = -1;

	private static final int LONGEST_CHAIN = 64;

	private Attempts() {
	}

	/**
	 * Tells the mechanisms that the attempt succeeded.
	 * @param late whether it did so after its deadline
	 */
	static void succeeded(Call call, boolean late, long nowNanos) {
		boolean slow = late || call.operation.isSlow(nowNanos - call.attemptNanos);
		call.succeeded(slow, nowNanos);
		call.guard().admission().attemptSucceeded(call, nowNanos, slow && call.operation.policy().slowCallCounted());
	}

	/**
	 * Judges what an attempt threw.
	 * @param timedOut whether the guard had ended the attempt at its deadline
	 */
	static Failure failed(Call call, Throwable exception, boolean timedOut, long nowNanos) {
		return failed(call, judge(call, exception, timedOut, nowNanos), nowNanos);
	}

	/** Judges an attempt that did not end by its deadline. */
	static Failure timedOut(Call call, long nowNanos) {
		return failed(call, timedOut(call, null), nowNanos);
	}

	private static Failure failed(Call call, Failure failure, long nowNanos) {
		call.guard().admission().attemptFailed(call, nowNanos, failure);
		return call.failed(failure, nowNanos);
	}

	private static Failure judge(Call call, Throwable exception, boolean timedOut, long nowNanos) {
		Guard guard = call.guard();
		if (exception instanceof Error) {
			return Failure.of(guard, exception, Classifications.UNKNOWN);
		}
		OperationPolicy policy = call.operation.policy();
		for (Class<? extends Throwable> answer : policy.ignore()) {
			if (answer.isInstance(exception)) {
				return Failure.of(guard, exception, Classification.ANSWER);
			}
		}
		if (isInterruption(exception)) {
			if (timedOut || call.attemptDeadlineNanos() - nowNanos <= 0) {
				return timedOut(call, exception);
			}
			// else it is another thread that was interrupted
			if (call.operation.form() == Form.BLOCKING || Thread.currentThread().isInterrupted()) {
				return interrupted(call, exception);
			}
		}
		Failure failure = Failure.of(guard, exception, guard.environment().classification().classify(exception));
		return (timedOut && !failure.isAnswer()) ? timedOut(call, exception) : failure;
	}

	/** The failure of a call that had no answer by its deadline. */
	static Failure timedOut(Call call, @Nullable Throwable cause) {
		Duration timeout = Duration.ofNanos(call.attemptDeadlineNanos() - call.attemptNanos);
		return Failure.of(call.guard(), new DependencyTimeoutException(call.name(), call.operation(), timeout, cause),
				Classifications.TIMEOUT);
	}

	/** The failure of a call whose caller was interrupted from outside. */
	static Failure interrupted(Call call, Throwable cause) {
		CancellationException cancelled = new CancellationException(
				"The caller of dependency '%s' was interrupted".formatted(call.name()));
		cancelled.initCause(cause);
		if (call.failure != null) {
			cancelled.addSuppressed(call.failure.exception());
		}
		return Failure.interrupted(call.guard(), cancelled);
	}

	static boolean isInterruption(Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link instanceof InterruptedException || link instanceof ClosedByInterruptException
					|| (link instanceof InterruptedIOException && !(link instanceof SocketTimeoutException)
							&& Thread.currentThread().isInterrupted())) {
				return true;
			}
			// behind these it is another thread that was interrupted
			link = (link instanceof ExecutionException || link instanceof CompletionException) ? null : link.getCause();
		}
		return false;
	}

	/**
	 * Whether another attempt may follow, and after which wait.
	 * @return the wait in nanoseconds, or {@link #NO_RETRY}
	 */
	static long retryDelay(Call call, Failure failure, long nowNanos) {
		if (call.isLastAttempt() || failure.isRefusal() || failure.isInterrupted()
				|| failure.exception() instanceof Error) {
			return NO_RETRY;
		}
		boolean safe;
		Duration retryAfter;
		if (failure.kind() == FailureKind.PARTIAL_FAILURE && call.type() == DependencyType.CRITICAL) {
			FailedItems items = new FailedItems(call);
			safe = call.work.narrow(items);
			if (safe) {
				call.narrowed();
			}
			retryAfter = items.retryAfter();
		}
		else if (isWorthRepeating(failure.kind())) {
			safe = isSafe(call, failure);
			retryAfter = failure.classification().retryAfter();
		}
		else {
			return NO_RETRY;
		}
		if (!safe) {
			return refused(call, failure, RetryDecision.UNSAFE);
		}
		long delay = (retryAfter != null) ? retryAfter.toNanos() : call.operation.backoff().nanos(call.attempt());
		if (nowNanos + delay - call.deadlineNanos >= 0) {
			return refused(call, failure, RetryDecision.DEADLINE);
		}
		if (!call.operation.retryBudget().tryWithdraw(nowNanos)) {
			return refused(call, failure, RetryDecision.BUDGET);
		}
		call.guard().listeners().onRetry(RetryDecision.RETRIED, failure.kind());
		return delay;
	}

	private static long refused(Call call, Failure failure, RetryDecision decision) {
		call.guard().listeners().onRetry(decision, failure.kind());
		return NO_RETRY;
	}

	static boolean isWorthRepeating(FailureKind kind) {
		return switch (kind) {
			case TIMEOUT, CONNECTION_REFUSED, RATE_LIMITED, SERVER_ERROR, UNKNOWN -> true;
			default -> false;
		};
	}

	private static boolean isSafe(Call call, Failure failure) {
		if (failure.classification().database() && call.guard().environment().transactions().isActive()) {
			return false;
		}
		if (call.operation.policy().idempotent() || call.isKeyed()) {
			return true;
		}
		return switch (failure.kind()) {
			// nothing of the attempt left, or only the request that the partner turned
			// away
			case CONNECTION_REFUSED -> call.sent() == 0;
			case RATE_LIMITED -> call.sent() <= 1;
			case SERVER_ERROR -> failure.classification().retryAfter() != null && call.sent() <= 1;
			default -> false;
		};
	}

}
