package dev.resilience.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Asks the dependencies that have a health check how they are, now and then, each with
 * its own timeout and with jitter so that instances do not ask in step. A failing check
 * is a warning; it never trips a breaker.
 */
public final class HealthChecks {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final ScheduledExecutorService timer;

	private final Executor workers;

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final Map<String, Result> results = new ConcurrentHashMap<>();

	private final Map<String, Future<?>> next = new HashMap<>();

	// what began at a start ends at the next stop; null while stopped
	private @Nullable HttpClient client;

	// null while stopped
	private @Nullable Map<String, Target> asked;

	/**
	 * Create the health checks.
	 * @param timer knows when to ask
	 * @param workers handle the answers
	 */
	public HealthChecks(ScheduledExecutorService timer, Executor workers) {
		this.timer = timer;
		this.workers = workers;
	}

	/**
	 * Begin to ask.
	 * @param dependencies all dependencies, with or without a health check
	 */
	public synchronized void start(List<DependencyPolicy> dependencies) {
		stop();
		this.asked = targets(dependencies);
		this.results.keySet().retainAll(this.asked.keySet());
		this.asked.forEach((name, target) -> {
			HttpClient client = (this.client != null) ? this.client : newClient();
			this.client = client;
			schedule(client, name, target.url(), target.interval(), Duration.ZERO);
		});
	}

	/**
	 * Ask as changed policies say, if it has begun.
	 * @param dependencies all dependencies, with or without a health check
	 */
	public synchronized void update(List<DependencyPolicy> dependencies) {
		Map<String, Target> before = this.asked;
		Map<String, Target> next = targets(dependencies);
		if (before == null || before.equals(next)) {
			return;
		}
		// what another place has answered says nothing of this one
		before.forEach((name, target) -> {
			Target now = next.get(name);
			if (now != null && !now.url().equals(target.url())) {
				this.results.remove(name);
			}
		});
		start(dependencies);
	}

	private static Map<String, Target> targets(List<DependencyPolicy> dependencies) {
		Map<String, Target> targets = new HashMap<>();
		for (DependencyPolicy dependency : dependencies) {
			if (dependency.healthCheck() != null) {
				targets.put(dependency.name(), new Target(dependency.healthCheck(), dependency.healthCheckInterval()));
			}
		}
		return targets;
	}

	/** Stop asking. */
	public synchronized void stop() {
		this.asked = null;
		this.client = null;
		this.next.values().forEach((check) -> check.cancel(false));
		this.next.clear();
	}

	private HttpClient newClient() {
		return HttpClient.newBuilder().executor(this.workers).connectTimeout(TIMEOUT).build();
	}

	private synchronized void schedule(HttpClient client, String name, URI url, Duration interval, Duration after) {
		if (this.client != client) {
			return;
		}
		// between half of the wait and all of it, and at most a second before the first
		long millis = Math.max(1000, after.toMillis());
		long delay = after.isZero() ? ThreadLocalRandom.current().nextLong(millis)
				: millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
		try {
			this.next.put(name,
					this.timer.schedule(() -> this.workers.execute(() -> check(client, name, url, interval)), delay,
							TimeUnit.MILLISECONDS));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Shutting down", ex);
		}
	}

	private void check(HttpClient client, String name, URI url, Duration interval) {
		try {
			client.sendAsync(request(url), BodyHandlers.discarding()).whenComplete((response, failure) -> {
				note(name, failure == null && response.statusCode() < 400);
				schedule(client, name, url, interval, interval);
			});
		}
		catch (IllegalArgumentException ex) {
			this.log.repeated(Level.WARN, name, null, "The health check of dependency '{}' has no usable URL: {}", name,
					RedactedUrl.of(url));
			note(name, false);
		}
	}

	private void note(String name, boolean up) {
		Result before = this.results.put(name, new Result(up, Instant.now()));
		if (!up && (before == null || before.up())) {
			this.log.repeated(Level.WARN, name, null, "The health check of dependency '{}' fails", name);
		}
	}

	private static HttpRequest request(URI url) {
		HttpRequest.Builder request = HttpRequest.newBuilder(withoutUser(url)).timeout(TIMEOUT);
		if (url.getUserInfo() != null) {
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8)));
		}
		return request.GET().build();
	}

	private static URI withoutUser(URI url) {
		return (url.getRawUserInfo() == null) ? url
				: URI.create(url.toString().replaceFirst("//" + Pattern.quote(url.getRawUserInfo()) + "@", "//"));
	}

	@Nullable Result result(String name) {
		return this.results.get(name);
	}

	/**
	 * The answer to a health check.
	 *
	 * @param up whether the dependency is well
	 * @param checkedAt when it was asked
	 */
	record Result(boolean up, Instant checkedAt) {
	}

	private record Target(URI url, Duration interval) {
	}

}
