package dev.resilience.guard;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.Outcome;

/**
 * A call that its caller gave up: neither a success nor a failure of the dependency. The
 * call itself may still be changing.
 *
 * @param call the call
 * @param endNanos when it was given up
 */
record CancelledCall(Call call, long endNanos) implements CallEvent {

	@Override
	public String dependency() {
		return this.call.dependency();
	}

	@Override
	public String operation() {
		return this.call.operation();
	}

	@Override
	public DependencyType type() {
		return this.call.type();
	}

	@Override
	public Outcome outcome() {
		return Outcome.FAILURE;
	}

	@Override
	public FailureKind failure() {
		return FailureKind.NONE;
	}

	@Override
	public boolean unauthorized() {
		return false;
	}

	@Override
	public long durationNanos() {
		return this.endNanos - this.call.startNanos;
	}

}
