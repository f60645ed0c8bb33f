package dev.resilience.guard;

import dev.resilience.DependencyCall;
import dev.resilience.guard.Tracing.Scope;
import dev.resilience.guard.Tracing.Trace;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A call that is traced. Apart from the others, so that these cost nothing.
 */
final class TracedCall extends Call {

	private final Trace trace;

	TracedCall(Operation operation, Work work, long startNanos, long deadlineNanos, @Nullable DependencyCall outer,
			Trace trace) {
		super(operation, work, startNanos, deadlineNanos, outer);
		this.trace = trace;
	}

	@Override
	Scope traceAttempt() {
		return this.trace.attempt(attempt());
	}

	@Override
	@Nullable Object traced() {
		return this.trace.contextValue();
	}

	@Override
	Failure failed(Failure ofAttempt, long nowNanos) {
		Failure failure = super.failed(ofAttempt, nowNanos);
		this.trace.failed(attempt(), failure.kind());
		return failure;
	}

	@Override
	void ended(Outcome outcome) {
		try {
			super.ended(outcome);
		}
		finally {
			Failure failure = this.failure;
			this.trace.ended(outcome, failure(), (failure != null) ? failure.exceptionIfMade() : null);
		}
	}

	@Override
	void cancelled(long nowNanos) {
		try {
			super.cancelled(nowNanos);
		}
		finally {
			this.trace.ended(null, failure(), null);
		}
	}

	// what the listeners record is an example of this trace
	@Override
	void tell(CallEvent event) {
		try (Scope traced = this.trace.scope()) {
			super.tell(event);
		}
	}

}
