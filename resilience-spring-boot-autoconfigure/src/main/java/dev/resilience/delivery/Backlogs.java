package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
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
import dev.resilience.guard.Workers;
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

	// nothing is known yet, which is not the same as nothing
	private static final long FIRST_PATIENCE_MILLIS = 3000;

	private static final Counted NOTHING = new Counted(Instant.EPOCH, Map.of(), Map.of(), null);

	private final DeliveryStore calls;

	private final DeadLetterStore deadLetters;

	private final Clock clock;

	private final ExecutorService counter = Executors.newSingleThreadExecutor(Workers.threads("resilience-backlog-"));

	private final Map<String, Growth> growths = new ConcurrentHashMap<>();

	private volatile Counted counted = NOTHING;

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
		DeliveryStore.Count count = counted.counts().get(name);
		Instant now = this.clock.now();
		Growth growth = this.growths.get(name);
		return new DurableBacklog((count != null) ? count.calls() : 0, counted.dead().getOrDefault(name, 0L),
				(count != null) ? age(count.oldest(), now) : null,
				(count != null) ? due(count.due(), guard, now) : null, this.calls.isDurable(),
				(growth != null) ? growth.since() : null, counted.failingSince());
	}

	private static Duration age(Instant acceptedAt, Instant now) {
		Duration age = Duration.between(acceptedAt, now);
		return age.isNegative() ? Duration.ZERO : age;
	}

	// nothing is attempted before the dependency may be called
	private static Instant due(Instant due, Guard guard, Instant now) {
		Duration wait = guard.isAvailable() ? null : guard.retryAfter();
		return (wait != null && due.isBefore(now.plus(wait))) ? now.plus(wait) : due;
	}

	private void awaitCount() {
		try {
			count().get((this.counted == NOTHING) ? FIRST_PATIENCE_MILLIS : PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
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
		CompletableFuture<Void> counting = this.counting;
		if (counting == null || (counting.isDone() && !this.counter.isShutdown())) {
			counting = CompletableFuture.runAsync(this::read, this.counter);
			this.counting = counting;
		}
		return counting;
	}

	private void read() {
		Instant now = this.clock.now();
		try {
			Map<String, DeliveryStore.Count> counts = new HashMap<>();
			this.calls.count().forEach((count) -> counts.put(count.dependency(), count));
			Map<String, Long> dead = this.deadLetters.count();
			this.counted = new Counted(now, counts, dead, null);
			this.growths.forEach((name, growth) -> {
				DeliveryStore.Count count = counts.get(name);
				growth.add(now, (count != null) ? count.calls() : 0,
						(count != null) ? age(count.oldest(), now) : Duration.ZERO);
			});
		}
		catch (RuntimeException ex) {
			Counted before = this.counted;
			if (before.failingSince() == null) {
				logger.warn("The store of durable calls does not answer", ex);
			}
			this.counted = new Counted(now, before.counts(), before.dead(),
					(before.failingSince() != null) ? before.failingSince() : now);
		}
	}

	/** How many calls are to be delivered. */
	long pending() {
		return this.counted.counts().values().stream().mapToLong(DeliveryStore.Count::calls).sum();
	}

	/** Watch whether the backlog of a dependency grows. */
	void watch(String dependency) {
		this.growths.computeIfAbsent(dependency, (name) -> new Growth());
	}

	@Override
	public void close() {
		this.counter.shutdown();
	}

	/**
	 * What was counted.
	 *
	 * @param at when
	 * @param counts what is to be delivered, by dependency
	 * @param dead the dead letters, by dependency
	 * @param failingSince since when the store does not answer, {@code null} if it does
	 */
	private record Counted(Instant at, Map<String, DeliveryStore.Count> counts, Map<String, Long> dead,
			@Nullable Instant failingSince) {
	}

}
