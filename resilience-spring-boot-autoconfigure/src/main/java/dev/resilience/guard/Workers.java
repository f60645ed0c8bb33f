package dev.resilience.guard;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of the guard. They are platform threads: abandoned work that never ends
 * would hold the carrier of a virtual one.
 */
public final class Workers {

	private static final int IDLE_SECONDS = 60;

	private Workers() {
	}

	/**
	 * Threads on which calls run. There is no bound here: each running call holds a
	 * permit of a bulkhead, so the sum of the bulkheads is the bound.
	 * @return a cached pool of daemon threads
	 */
	public static ExecutorService pool() {
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
				threads("resilience-"));
	}

	/**
	 * The thread that keeps the time of asynchronous calls. It runs nothing itself.
	 * @return a scheduler with one daemon thread
	 */
	public static ScheduledExecutorService timer() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, threads("resilience-timer-"));
		timer.setRemoveOnCancelPolicy(true);
		timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		return timer;
	}

	/**
	 * Makes daemon threads that have nothing of whoever has them made but his class
	 * loader.
	 * @param prefix of their names, which end with a number
	 * @return the factory
	 */
	public static ThreadFactory threads(String prefix) {
		AtomicInteger number = new AtomicInteger();
		ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
		return (work) -> {
			// what the creating request left in inheritable thread-locals is not for
			// others
			Thread thread = new Thread(null, work, prefix + number.incrementAndGet(), 0, false);
			thread.setContextClassLoader(classLoader);
			thread.setDaemon(true);
			return thread;
		};
	}

}
