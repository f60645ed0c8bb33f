package dev.resilience.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks places over HTTP now and then, each by itself, one request after the other and
 * with jitter so that instances do not ask in step.
 *
 * @param <B> the type of the bodies
 * @param <R> what is made of the answers
 */
final class Poller<B, R> {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final long FIRST_MILLIS = 1000;

	private final ScheduledExecutorService timer;

	private final Executor workers;

	private final PollRequest<B> request;

	private final Reader<B, R> reader;

	private final Map<String, R> results = new ConcurrentHashMap<>();

	private final Map<String, Future<?>> next = new HashMap<>();

	// what began at a start ends at the next stop; null while stopped
	private @Nullable HttpClient client;

	// null while stopped
	private @Nullable Map<String, Target> asked;

	/**
	 * Create a poller.
	 * @param timer knows when to ask
	 * @param workers ask, and handle the answers
	 * @param request asks
	 * @param reader is told of each answer
	 */
	Poller(ScheduledExecutorService timer, Executor workers, PollRequest<B> request, Reader<B, R> reader) {
		this.timer = timer;
		this.workers = workers;
		this.request = request;
		this.reader = reader;
	}

	/** Begin to ask. */
	synchronized void start(Map<String, Target> targets) {
		stop();
		this.asked = Map.copyOf(targets);
		this.results.keySet().retainAll(targets.keySet());
		if (!targets.isEmpty()) {
			HttpClient client = HttpClient.newBuilder()
				.executor(this.workers)
				.connectTimeout(this.request.timeout())
				.build();
			this.client = client;
			targets.forEach((name, target) -> schedule(client, name, target,
					ThreadLocalRandom.current().nextLong(FIRST_MILLIS)));
		}
	}

	/** Ask others, if it has begun. */
	synchronized void update(Map<String, Target> targets) {
		Map<String, Target> before = this.asked;
		if (before == null || before.equals(targets)) {
			return;
		}
		// what another place has answered says nothing of this one
		before.forEach((name, target) -> {
			Target now = targets.get(name);
			if (now != null && !now.url().equals(target.url())) {
				this.results.remove(name);
			}
		});
		start(targets);
	}

	/** Stop asking. */
	synchronized void stop() {
		this.asked = null;
		this.client = null;
		this.next.values().forEach((each) -> each.cancel(false));
		this.next.clear();
	}

	private synchronized void schedule(HttpClient client, String name, Target target, long delay) {
		if (this.client != client) {
			return;
		}
		try {
			this.next.put(name,
					this.timer.schedule(() -> handOver(client, name, target), delay, TimeUnit.MILLISECONDS));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Shutting down", ex);
		}
	}

	private void handOver(HttpClient client, String name, Target target) {
		try {
			this.workers.execute(() -> ask(client, name, target));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("No room to ask {}", name, ex);
			again(client, name, target);
		}
	}

	private void again(HttpClient client, String name, Target target) {
		// between half of the wait and all of it
		long millis = Math.max(1000, target.interval().toMillis());
		schedule(client, name, target, millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
	}

	private void ask(HttpClient client, String name, Target target) {
		this.request.send(client, target.url(), (response, failure) -> {
			try {
				take(client, name, response, failure);
			}
			finally {
				again(client, name, target);
			}
		});
	}

	private void take(HttpClient client, String name, @Nullable HttpResponse<B> response, @Nullable Throwable failure) {
		if (isCurrent(client)) {
			R result = this.reader.read(name, response, failure, this.results.get(name));
			keep(client, name, result);
		}
	}

	private synchronized boolean isCurrent(HttpClient client) {
		return this.client == client;
	}

	private synchronized void keep(HttpClient client, String name, R result) {
		if (this.client == client) {
			this.results.put(name, result);
		}
	}

	/** What was made of the last answer, {@code null} if there was none yet. */
	@Nullable R result(String name) {
		return this.results.get(name);
	}

	/**
	 * Where to ask.
	 *
	 * @param url the place
	 * @param interval the time between two requests
	 */
	record Target(URI url, Duration interval) {
	}

	/**
	 * Makes something of answers.
	 *
	 * @param <B> the type of the bodies
	 * @param <R> what is made of them
	 */
	@FunctionalInterface
	interface Reader<B, R> {

		/**
		 * Read an answer.
		 * @param name who was asked
		 * @param response the answer, {@code null} if there was none
		 * @param failure why there was none, else {@code null}
		 * @param before what was made of the answer before, {@code null} if there was
		 * none
		 */
		R read(String name, @Nullable HttpResponse<B> response, @Nullable Throwable failure, @Nullable R before);

	}

}
