package dev.resilience.guard;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * A call that is only observed: made once, on its caller's thread, and its caller gets
 * whatever it hands over.
 */
final class ObservingExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		ObservedCall call = new ObservedCall(operation, work);
		Object value;
		try (Tracing.Scope traced = call.traceAttempt()) {
			value = work.attempt(true);
		}
		catch (Throwable ex) {
			call.ended(ex);
			throw ex;
		}
		if (operation.form() == Form.STAGE && value instanceof CompletionStage<?> stage) {
			stage.whenComplete((result, ex) -> ended(call, stage, result, ex));
		}
		else if (operation.form() == Form.STAGE && value instanceof Future<?> future) {
			await(operation, call, future);
		}
		else {
			call.returned(value);
		}
		return value;
	}

	private static void ended(ObservedCall call, Object source, @Nullable Object result, @Nullable Throwable ex) {
		if (source instanceof Future<?> future && future.isCancelled()) {
			call.cancelled();
		}
		else if (ex != null) {
			call.ended(AsyncAttempt.unwrap(ex));
		}
		else {
			call.returned(result);
		}
	}

	// a plain future cannot be listened to: a worker waits for it
	private static void await(Operation operation, ObservedCall call, Future<?> future) {
		try {
			operation.guard().environment().workers().execute(() -> {
				try {
					ended(call, future, future.get(), null);
				}
				catch (Throwable ex) {
					ended(call, future, null, ex);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			call.cancelled(); // shutting down
		}
	}

}
