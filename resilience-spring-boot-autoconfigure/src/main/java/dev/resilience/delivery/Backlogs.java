package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DurableBacklog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what is stored. Whoever asks waits for the store a moment at most, and then gets
 * what was counted last.
 */
final class Backlogs implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final Duration FRESH = Duration.ofMillis(50);

	private static final long PATIENCE_MILLIS = 300;

	private final DeliveryStore calls;

	private final DeadLetterStore deadLetters;

	private final Clock clock;

	private final ExecutorService counter = Executors
		.newSingleThreadExecutor(DependencyDeliveries.threads("resilience-backlog-"));

	private final Map<String, Growth> growths = new ConcurrentHashMap<>();

	private volatile Counted counted = new Counted(Instant.EPOCH, Map.of(), Map.of(), null);

	private @Nullable CompletableFuture<Void> counting;

	Backlogs(DeliveryStore calls, DeadLetterStore deadLetters, Clock clock) {
		this.calls = calls;
		this.deadLetters = deadLetters;
		this.clock = clock;
	}

	DurableBacklog of(Guard guard) {
		if (this.counted.at().isBefore(this.clock.now().minus(FRESH))) {
			awaitCount();
		}
		Counted counted = this.counted;
		String name = guard.policy().name();
		Totals totals = counted.totals().getOrDefault(name, Totals.NONE);
		Instant now = this.clock.now();
		Duration wait = guard.isAvailable() ? null : guard.retryAfter();
		Instant due = totals.due();
		if (due != null && wait != null && due.isBefore(now.plus(wait))) {
			due = now.plus(wait);
		}
		Growth growth = this.growths.get(name);
		return new DurableBacklog(totals.pending(), counted.dead().getOrDefault(name, 0L), totals.age(now), due,
				this.calls.isDurable(), (growth != null) ? growth.since() : null, counted.failingSince());
	}

	private void awaitCount() {
		try {
			count().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			// then the last count has to do
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Count, unless somebody does already. */
	synchronized CompletableFuture<Void> count() {
		if (this.counting == null || this.counting.isDone()) {
			this.counting = CompletableFuture.runAsync(this::read, this.counter);
		}
		return this.counting;
	}

	private void read() {
		Instant now = this.clock.now();
		try {
			Map<String, Totals> totals = new HashMap<>();
			for (DeliveryStore.Count count : this.calls.count()) {
				totals.merge(dependency(count.operation()), new Totals(count.calls(), count.oldest(), count.due()),
						Totals::plus);
			}
			Map<String, Long> dead = new HashMap<>();
			this.deadLetters.count()
				.forEach((operation, letters) -> dead.merge(dependency(operation), letters, Long::sum));
			this.counted = new Counted(now, totals, dead, null);
			this.growths.forEach((name, growth) -> growth.add(now, totals.getOrDefault(name, Totals.NONE).pending()));
		}
		catch (RuntimeException ex) {
			Counted before = this.counted;
			if (before.failingSince() == null) {
				logger.warn("The store of durable calls does not answer", ex);
			}
			this.counted = new Counted(now, before.totals(), before.dead(),
					(before.failingSince() != null) ? before.failingSince() : now);
		}
	}

	/** Watch whether the backlog of a dependency grows. */
	void watch(String dependency) {
		this.growths.computeIfAbsent(dependency, (name) -> new Growth());
	}

	/** The names of the operations of a dependency that have dead letters. */
	List<String> operationsOfDead(String dependency) {
		return this.deadLetters.count()
			.keySet()
			.stream()
			.filter((operation) -> dependency(operation).equals(dependency))
			.toList();
	}

	// no method has a slash in its name
	private static String dependency(String operation) {
		return operation.substring(0, Math.max(0, operation.lastIndexOf('/')));
	}

	@Override
	public void close() {
		this.counter.shutdown();
	}

	/**
	 * What was counted.
	 *
	 * @param at when
	 * @param totals what is to be delivered, by dependency
	 * @param dead the dead letters, by dependency
	 * @param failingSince since when the store does not answer, {@code null} if it does
	 */
	private record Counted(Instant at, Map<String, Totals> totals, Map<String, Long> dead,
			@Nullable Instant failingSince) {
	}

	/**
	 * What is to be delivered to a dependency.
	 */
	private record Totals(long pending, @Nullable Instant oldest, @Nullable Instant due) {

		private static final Totals NONE = new Totals(0, null, null);

		private Totals plus(Totals other) {
			return new Totals(this.pending + other.pending, earlier(this.oldest, other.oldest),
					earlier(this.due, other.due));
		}

		private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
			return (one == null || (other != null && other.isBefore(one))) ? other : one;
		}

		private @Nullable Duration age(Instant now) {
			if (this.oldest == null) {
				return null;
			}
			Duration age = Duration.between(this.oldest, now);
			return age.isNegative() ? Duration.ZERO : age;
		}

	}

}
