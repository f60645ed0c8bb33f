package dev.resilience.guard;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * A call that is only observed: made once, on its caller's thread, and its caller gets
 * whatever it hands over.
 */
final class ObservingExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		ObservedCall call = new ObservedCall(operation.begin(work));
		Object value;
		try (Tracing.Scope traced = call.traceAttempt()) {
			value = work.attempt(true);
		}
		catch (Throwable ex) {
			call.ended(ex);
			throw ex;
		}
		if (call.isRefused() && value instanceof Future && !(value instanceof CompletionStage)) {
			// nothing would bound the workers that wait, and nothing more is to be known
			return value;
		}
		CompletionStage<?> stage = (operation.form() == Form.STAGE)
				? LaterValue.stage(value, operation.guard().environment().workers()) : null;
		if (stage == null) {
			call.returned(value);
		}
		else {
			stage.whenComplete((result, ex) -> ended(call, value, result, ex));
		}
		return value;
	}

	private static void ended(ObservedCall call, @Nullable Object source, @Nullable Object result,
			@Nullable Throwable ex) {
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

}
