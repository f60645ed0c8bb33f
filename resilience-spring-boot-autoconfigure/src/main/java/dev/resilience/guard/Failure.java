package dev.resilience.guard;

import java.time.Duration;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.failure.Classification;
import dev.resilience.failure.FailedResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a call failed, as a value. The exception of a refusal is made only when somebody
 * wants to see it.
 */
public final class Failure {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final Guard guard;

	private final Classification classification;

	private final @Nullable Refusal refusal;

	private final boolean interrupted;

	private @Nullable Throwable exception;

	private Failure(Guard guard, Classification classification, @Nullable Refusal refusal, boolean interrupted,
			@Nullable Throwable exception) {
		this.guard = guard;
		this.classification = classification;
		this.refusal = refusal;
		this.interrupted = interrupted;
		this.exception = exception;
	}

	static Failure of(Guard guard, Throwable exception, Classification classification) {
		return new Failure(guard, classification, null, false, exception);
	}

	static Failure interrupted(Guard guard, Throwable exception) {
		return new Failure(guard, Classification.ANSWER, null, true, exception);
	}

	static Failure refused(Guard guard, Refusal refusal) {
		return new Failure(guard, Classifications.REJECTED, refusal, false, null);
	}

	/** What the failure of an attempt is for the whole call. */
	Failure of(Work work) {
		if (this.exception == null || this.interrupted || this.exception instanceof Error) {
			return this;
		}
		Throwable exception = work.failed(this.exception);
		return (exception == this.exception) ? this
				: new Failure(this.guard, this.classification, this.refusal, false, exception);
	}

	/**
	 * The kind of failure.
	 * @return the kind; {@link FailureKind#NONE} for an answer, or when the caller was
	 * interrupted
	 */
	public FailureKind kind() {
		return this.classification.kind();
	}

	/**
	 * The failure as an exception: the method's own, or the guard's.
	 * @return always the same instance
	 */
	public Throwable exception() {
		Throwable exception = this.exception;
		if (exception == null) {
			exception = refusalException();
			this.exception = exception;
		}
		return exception;
	}

	/** The exception, {@code null} if it is a refusal that nobody has seen. */
	@Nullable Throwable exceptionIfMade() {
		return this.exception;
	}

	private Throwable refusalException() {
		Refusal refusal = this.refusal;
		if (refusal == null) {
			throw new IllegalStateException("A failure is a refusal or has an exception");
		}
		String name = this.guard.policy().name();
		boolean stackTrace = logger.isDebugEnabled();
		return refusal.isUnavailable() ? new DependencyUnavailableException(name, refusal.reason(), retryAfter(),
				this.guard.lastFailure(), stackTrace)
				: new DependencyOverloadedException(name, refusal.reason(), stackTrace);
	}

	/**
	 * When trying again makes sense.
	 * @return the time to wait, {@code null} if it is not known
	 */
	public @Nullable Duration retryAfter() {
		if (this.refusal == Refusal.BREAKER_OPEN || this.refusal == Refusal.PAUSED) {
			return this.guard.retryAfter();
		}
		if (this.exception instanceof DependencyUnavailableException nested) {
			return nested.retryAfter();
		}
		return this.classification.retryAfter();
	}

	/** The result that is a failure, if it was returned and not thrown. */
	@Nullable FailedResult returned() {
		return (this.exception instanceof FailedResult returned) ? returned : null;
	}

	/**
	 * Nobody will see what was returned: closes it, if it was a result that holds
	 * something.
	 * @param kept what somebody will see; may be that result nevertheless
	 */
	void discard(@Nullable Object kept) {
		FailedResult returned = returned();
		if (returned != null && returned.result() != kept) {
			returned.discard();
		}
	}

	boolean isAnswer() {
		return this.classification.kind() == FailureKind.NONE && !this.interrupted;
	}

	/**
	 * Whether it was not attempted.
	 * @return {@code true} if the guard refused it
	 */
	public boolean isRefusal() {
		return this.refusal != null;
	}

	/**
	 * Whether somebody has interrupted it, which says nothing about the dependency.
	 * @return {@code true} if its thread was interrupted from outside
	 */
	public boolean isInterrupted() {
		return this.interrupted;
	}

	Classification classification() {
		return this.classification;
	}

}
