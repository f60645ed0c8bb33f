package dev.resilience.registry;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Asks the dependencies that have a health check how they are. A failing check is a
 * warning; it never trips a breaker.
 */
public final class HealthChecks {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final Poller<Void, Result> poller;

	/**
	 * Create the health checks.
	 * @param timer knows when to ask
	 * @param workers handle the answers
	 */
	public HealthChecks(ScheduledExecutorService timer, Executor workers) {
		this.poller = new Poller<>(timer, workers, new PollRequest<>("*/*", TIMEOUT, BodyHandlers.discarding()),
				HealthChecks::read);
	}

	/**
	 * Begin to ask.
	 * @param dependencies all dependencies, with or without a health check
	 */
	public void start(List<DependencyPolicy> dependencies) {
		this.poller.start(targets(dependencies));
	}

	/**
	 * Ask as changed policies say, if it has begun.
	 * @param dependencies all dependencies, with or without a health check
	 */
	public void update(List<DependencyPolicy> dependencies) {
		this.poller.update(targets(dependencies));
	}

	/** Stop asking. */
	public void stop() {
		this.poller.stop();
	}

	private static Map<String, Poller.Target> targets(List<DependencyPolicy> dependencies) {
		Map<String, Poller.Target> targets = new HashMap<>();
		for (DependencyPolicy dependency : dependencies) {
			if (dependency.healthCheck() != null) {
				targets.put(dependency.name(),
						new Poller.Target(dependency.healthCheck(), dependency.healthCheckInterval()));
			}
		}
		return targets;
	}

	private static Result read(String name, @Nullable HttpResponse<Void> response, @Nullable Throwable failure,
			@Nullable Result before) {
		boolean up = response != null && response.statusCode() < 400;
		if (!up && (before == null || before.up())) {
			DependencyLog.line(Level.WARN, name).log("The health check of dependency '{}' fails", name);
		}
		return new Result(up, Instant.now());
	}

	@Nullable Result result(String name) {
		return this.poller.result(name);
	}

	/**
	 * The answer to a health check.
	 *
	 * @param up whether the dependency is well
	 * @param checkedAt when it was asked
	 */
	record Result(boolean up, Instant checkedAt) {
	}

}
