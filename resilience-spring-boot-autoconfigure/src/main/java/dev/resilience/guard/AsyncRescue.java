package dev.resilience.guard;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * A failed asynchronous call on its ways out, which may hand over their values later too.
 *
 * @param rescue the ways out
 * @param result what the caller waits for
 * @param workers wait for plain futures
 */
record AsyncRescue(Rescue rescue, CompletableFuture<@Nullable Object> result, Executor workers) {

	/** Complete the result by the next way out that serves it. */
	void serve() {
		try {
			Object value = this.rescue.next();
			CompletionStage<?> stage = LaterValue.stage(value, this.workers);
			if (stage != null) {
				serve(stage);
				cancelToo(value);
			}
			else {
				served(value);
			}
		}
		catch (Throwable ex) {
			this.result.completeExceptionally(ex);
		}
	}

	private void serve(CompletionStage<?> stage) {
		stage.whenComplete((late, ex) -> {
			if (ex == null) {
				served(late);
			}
			else if (!this.result.isDone()) {
				this.rescue.failed(AsyncAttempt.unwrap(ex));
				serve();
			}
		});
	}

	// its caller may give up before what the way out has offered comes
	private void cancelToo(@Nullable Object offered) {
		this.result.whenComplete((value, ex) -> {
			this.rescue.served(null);
			if (offered instanceof Future<?> future) {
				future.cancel(true);
			}
		});
	}

	private void served(@Nullable Object value) {
		this.result.complete(this.rescue.served(value));
	}

}
