package dev.resilience.web;

import java.time.Duration;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls;
import dev.resilience.signal.FailedCalls.FailedCall;

/**
 * Makes exceptions that are failures of the critical dependency {@code payments}.
 */
final class Failures {

	static final String SECRET = "user=admin password=hunter2";

	private final FailedCalls calls;

	Failures(FailedCalls calls) {
		this.calls = calls;
	}

	RuntimeException of(FailureKind kind) {
		return remember(new IllegalStateException(SECRET), kind);
	}

	<T extends Throwable> T remember(T exception, FailureKind kind) {
		this.calls.add(exception, new FailedCall("payments", kind, Duration.ofMillis(4001)));
		return exception;
	}

}
