package dev.resilience.registry;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.resilience.guard.Guard;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the health checks and the monitor with the application, and lets a graceful stop
 * wait for the calls that were fired and forgotten: after the web server has stopped, and
 * at most as long as the lifecycle phase lasts.
 */
public final class GuardLifecycle implements SmartLifecycle {

	/** Below the phases in which web servers stop. */
	public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final long LOOK_AGAIN_MILLIS = 20;

	private final DependencyRegistry registry;

	private final HealthChecks healthChecks;

	private final DependencyMonitor monitor;

	private final ScheduledExecutorService timer;

	private volatile boolean running;

	/**
	 * Create the lifecycle.
	 * @param registry the live dependencies
	 * @param healthChecks ask them how they are
	 * @param monitor looks what they do
	 * @param timer looks whether all calls have ended
	 */
	public GuardLifecycle(DependencyRegistry registry, HealthChecks healthChecks, DependencyMonitor monitor,
			ScheduledExecutorService timer) {
		this.registry = registry;
		this.healthChecks = healthChecks;
		this.monitor = monitor;
		this.timer = timer;
	}

	@Override
	public void start() {
		this.healthChecks.start(this.registry.guards().stream().map(Guard::policy).toList());
		this.monitor.start();
		this.running = true;
	}

	@Override
	public void stop() {
		this.healthChecks.stop();
		this.monitor.stop();
		this.running = false;
	}

	@Override
	public void stop(Runnable callback) {
		stop();
		awaitPending(callback);
	}

	private void awaitPending(Runnable callback) {
		if (this.registry.pending() == 0) {
			callback.run();
			return;
		}
		try {
			this.timer.schedule(() -> awaitPending(callback), LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			callback.run();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
