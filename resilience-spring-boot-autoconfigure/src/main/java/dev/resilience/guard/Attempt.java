package dev.resilience.guard;

import java.time.Duration;
import java.util.Optional;

import dev.resilience.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call, for work that may go on after it was given up: it must not take
 * the time or the numbers of the next attempt, which is under way by then.
 *
 * @param call the call
 * @param attempt which attempt it is, from 1
 * @param attemptDeadlineNanos the moment by which it has to be over
 */
record Attempt(Call call, int attempt, long attemptDeadlineNanos) implements EnclosingCall {

	@Override
	public String name() {
		return this.call.name();
	}

	@Override
	public String operation() {
		return this.call.operation();
	}

	@Override
	public String idempotencyKey() {
		return this.call.idempotencyKey();
	}

	@Override
	public Deadline deadline() {
		return this.call.deadline();
	}

	@Override
	public Deadline attemptDeadline() {
		return new Deadline(this.attemptDeadlineNanos, this.call.guard().clock());
	}

	@Override
	public Optional<Duration> lastGoodAge() {
		return this.call.lastGoodAge();
	}

	@Override
	public @Nullable String requestStarted() {
		return this.call.requestStarted(this.attemptDeadlineNanos);
	}

	@Override
	public void requestNotSent() {
		if (this.call.attempt() == this.attempt) {
			this.call.requestNotSent();
		}
	}

}
