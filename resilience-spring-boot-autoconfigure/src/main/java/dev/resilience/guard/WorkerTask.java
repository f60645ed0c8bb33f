package dev.resilience.guard;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import org.jspecify.annotations.Nullable;

/**
 * An attempt on a worker thread. Tells when it has really ended, which may be long after
 * it was given up.
 */
final class WorkerTask extends FutureTask<@Nullable Object> {

	private final UnaryOperator<Runnable> context;

	private final Runnable ended;

	WorkerTask(Call call, Work work, boolean last, UnaryOperator<Runnable> context, Runnable ended) {
		super(within(call, call.presentAttempt(), work, last));
		this.context = context;
		this.ended = ended;
	}

	private static Callable<@Nullable Object> within(Call call, DependencyCall attempt, Work work, boolean last) {
		return () -> {
			DependencyCallHolder.set(attempt);
			try (Tracing.Scope traced = call.traceAttempt()) {
				return work.attempt(last);
			}
			catch (Exception | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new NeitherExceptionNorError(ex);
			}
			finally {
				DependencyCallHolder.set(null);
			}
		};
	}

	@Override
	public void run() {
		try {
			this.context.apply(super::run).run();
		}
		catch (Throwable ex) {
			// the context could not be carried over
			setException(ex);
		}
		finally {
			this.ended.run();
		}
	}

	/** The exception of an attempt as the method threw it. */
	static Throwable unwrap(Throwable failure) {
		return (failure instanceof NeitherExceptionNorError wrapper && wrapper.getCause() != null) ? wrapper.getCause()
				: failure;
	}

	/** A callable cannot throw every Throwable. */
	private static final class NeitherExceptionNorError extends RuntimeException {

		private NeitherExceptionNorError(Throwable cause) {
			super(cause);
		}

	}

}
