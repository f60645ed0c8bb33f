package dev.resilience.registry;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.resilience.guard.Guard;
import dev.resilience.policy.DependencyPolicy;

import org.springframework.context.SmartLifecycle;

/**
 * Starts what looks at the dependencies with the application, and lets a graceful stop
 * wait for the calls that were fired and forgotten: after the web server has stopped, and
 * at most as long as the lifecycle phase lasts.
 */
public final class GuardLifecycle implements SmartLifecycle {

	/** Below the phases in which web servers stop. */
	public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final long LOOK_AGAIN_MILLIS = 20;

	private final DependencyRegistry registry;

	private final HealthChecks healthChecks;

	private final PartnerMaps partners;

	private final DependencyMonitor monitor;

	private final ScheduledExecutorService timer;

	private volatile boolean running;

	/**
	 * Create the lifecycle.
	 * @param registry the live dependencies
	 * @param healthChecks ask them how they are
	 * @param partners follow their own maps
	 * @param monitor looks what they do
	 * @param timer looks whether all calls have ended
	 */
	public GuardLifecycle(DependencyRegistry registry, HealthChecks healthChecks, PartnerMaps partners,
			DependencyMonitor monitor, ScheduledExecutorService timer) {
		this.registry = registry;
		this.healthChecks = healthChecks;
		this.partners = partners;
		this.monitor = monitor;
		this.timer = timer;
	}

	@Override
	public void start() {
		List<DependencyPolicy> policies = this.registry.guards().stream().map(Guard::policy).toList();
		this.healthChecks.start(policies);
		this.partners.start(policies);
		this.monitor.start();
		this.running = true;
	}

	@Override
	public void stop() {
		this.healthChecks.stop();
		this.partners.stop();
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
