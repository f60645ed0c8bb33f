package dev.resilience.guard;

import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The context of a caller, for what follows on other threads.
 */
final class CallerContext {

	private final UnaryOperator<Runnable> context;

	private CallerContext(UnaryOperator<Runnable> context) {
		this.context = context;
	}

	/**
	 * Capture the context of a caller, who is not to suffer if that fails: then no step
	 * can be taken within it.
	 */
	static CallerContext capture(Supplier<UnaryOperator<Runnable>> capture) {
		UnaryOperator<Runnable> context;
		try {
			context = capture.get();
		}
		catch (RuntimeException ex) {
			context = (step) -> {
				throw ex;
			};
		}
		return new CallerContext(context);
	}

	/**
	 * Take a step within the context.
	 * @param step the step
	 * @param failed is told when the context could not be carried over, and the step was
	 * not taken
	 */
	void run(Runnable step, Consumer<Throwable> failed) {
		Step taken = new Step(step);
		try {
			this.context.apply(taken).run();
		}
		catch (Throwable ex) {
			if (taken.begun) {
				throw ex;
			}
			failed.accept(ex);
		}
	}

	private static final class Step implements Runnable {

		private final Runnable step;

		private boolean begun;

		private Step(Runnable step) {
			this.step = step;
		}

		@Override
		public void run() {
			this.begun = true;
			this.step.run();
		}

	}

}
