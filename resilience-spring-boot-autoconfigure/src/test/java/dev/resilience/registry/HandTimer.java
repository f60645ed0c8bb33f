package dev.resilience.registry;

import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

/**
 * A timer for which the time has come when a test says so.
 */
final class HandTimer extends ScheduledThreadPoolExecutor {

	HandTimer() {
		super(1);
		setRemoveOnCancelPolicy(true);
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		return super.schedule(command, 1, TimeUnit.DAYS);
	}

	/** Do all that is to be done later, until as much is to be done again. */
	void round() {
		List<Runnable> tasks = List.copyOf(getQueue());
		tasks.forEach((task) -> {
			remove(task);
			task.run();
		});
		Awaitility.await().until(() -> getQueue().size() == tasks.size());
	}

}
