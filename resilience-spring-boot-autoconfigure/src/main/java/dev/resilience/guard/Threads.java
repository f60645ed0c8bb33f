package dev.resilience.guard;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The threads of the guard, started and ended together.
 */
public final class Threads implements AutoCloseable {

	private final Watchdog watchdog;

	private final ScheduledExecutorService timer = Workers.timer();

	private final Executor workers;

	private final @Nullable ExecutorService own;

	/**
	 * Start the threads.
	 * @param clock the monotonic clock
	 * @param workers the application's executor for guarded calls, {@code null} for a
	 * pool of our own
	 */
	public Threads(LongSupplier clock, @Nullable Executor workers) {
		this.watchdog = Watchdog.start(clock);
		this.own = (workers == null) ? Workers.pool() : null;
		this.workers = (workers != null) ? workers : Objects.requireNonNull(this.own);
	}

	/**
	 * Interrupts calls on their callers' threads.
	 * @return the watchdog
	 */
	public Watchdog watchdog() {
		return this.watchdog;
	}

	/**
	 * Keeps the time of asynchronous calls.
	 * @return the timer
	 */
	public ScheduledExecutorService timer() {
		return this.timer;
	}

	/**
	 * Runs calls that leave their callers' threads.
	 * @return the workers
	 */
	public Executor workers() {
		return this.workers;
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
		this.watchdog.close();
		if (this.own != null) {
			this.own.shutdownNow();
		}
	}

}
