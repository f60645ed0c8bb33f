package dev.resilience.guard;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.resilience.failure.FailureClassification;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;

/**
 * What all guards of an application share.
 *
 * @param clock the monotonic clock, in nanoseconds
 * @param watchdog interrupts calls on their callers' threads
 * @param workers runs calls that leave their callers' threads
 * @param timer keeps the time of asynchronous calls
 * @param transactions knows the transactions
 * @param context carries the context from thread to thread
 * @param classification tells what kind of failure an exception is
 * @param response the response to which the current thread contributes, if there is one
 * @param requestDeadline knows when the caller of the present request gives up
 * @param failedCalls remembers the failures of critical dependencies
 * @param sharing how instances share their rate limits
 * @param tracing traces calls, {@code null} if the application traces nothing
 */
public record Environment(LongSupplier clock, Watchdog watchdog, Executor workers, ScheduledExecutorService timer,
		Transactions transactions, ContextCarrier context, FailureClassification classification,
		Supplier<@Nullable DegradedResponse> response, RequestDeadline requestDeadline, FailedCalls failedCalls,
		Sharing sharing, @Nullable Tracing tracing) {
}
