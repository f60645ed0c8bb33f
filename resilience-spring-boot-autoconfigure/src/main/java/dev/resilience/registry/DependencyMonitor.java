package dev.resilience.registry;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.resilience.BreakerState;
import dev.resilience.diagnosis.Change;
import dev.resilience.diagnosis.DependencyWatch;
import dev.resilience.diagnosis.Deviation;
import dev.resilience.diagnosis.Failing;
import dev.resilience.diagnosis.Incidents;
import dev.resilience.diagnosis.Load;
import dev.resilience.diagnosis.Subject;
import dev.resilience.diagnosis.Thresholds;
import dev.resilience.guard.Guard;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.Counts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all dependencies once a second: closes the second of their signals, and finds
 * out what is wrong.
 */
public final class DependencyMonitor {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final DependencyRegistry registry;

	private final ConnectionPools pools;

	private final Thresholds thresholds;

	private final Incidents incidents;

	private final ScheduledExecutorService timer;

	private final Executor workers;

	private final Map<Guard, DependencyWatch> watches = new ConcurrentHashMap<>();

	private final AtomicBoolean looking = new AtomicBoolean();

	private final Moments moments;

	private long lookedNanos;

	private @Nullable Future<?> ticks;

	/**
	 * Create a monitor.
	 * @param registry the live dependencies
	 * @param pools the connection pools of those that are databases
	 * @param thresholds what is worth a warning
	 * @param incidents puts together what is found
	 * @param timer knows when a second has passed
	 * @param workers do the work
	 */
	public DependencyMonitor(DependencyRegistry registry, ConnectionPools pools, Thresholds thresholds,
			Incidents incidents, ScheduledExecutorService timer, Executor workers) {
		this.registry = registry;
		this.pools = pools;
		this.thresholds = thresholds;
		this.incidents = incidents;
		this.timer = timer;
		this.workers = workers;
		this.lookedNanos = registry.now() - SHORTEST_NANOS;
		this.moments = new Moments(registry::now, InstantSource.system());
	}

	/** Begin to look. */
	public synchronized void start() {
		stop();
		changed("the application was started");
		this.ticks = this.timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
	}

	/** Stop looking. */
	public synchronized void stop() {
		if (this.ticks != null) {
			this.ticks.cancel(false);
			this.ticks = null;
		}
	}

	private void tick() {
		// a slow look must not make the next ones queue
		if (!this.looking.compareAndSet(false, true)) {
			return;
		}
		try {
			this.workers.execute(() -> {
				try {
					look(this.registry.now());
				}
				catch (RuntimeException ex) {
					logger.error("The dependencies could not be looked at", ex);
				}
				finally {
					this.looking.set(false);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			this.looking.set(false);
			logger.debug("Shutting down", ex);
		}
	}

	/**
	 * A second has passed.
	 * @param nowNanos the present on the monotonic clock
	 */
	void look(long nowNanos) {
		if (nowNanos - this.lookedNanos < SHORTEST_NANOS) {
			// the timer makes up for what it has missed: no time has passed
			return;
		}
		this.lookedNanos = nowNanos;
		List<Guard> guards = this.registry.guards();
		this.watches.keySet().retainAll(new HashSet<>(guards));
		List<Subject> subjects = new ArrayList<>();
		for (Guard guard : guards) {
			// one whose time is over returns when somebody looks
			guard.readSwitch();
			if (guard.signals().isCalled()) {
				subjects.add(look(guard, nowNanos));
			}
		}
		this.incidents.observe(nowNanos, this::at, subjects);
	}

	private Subject look(Guard guard, long nowNanos) {
		DependencyWatch watch = this.watches.computeIfAbsent(guard, (same) -> new DependencyWatch(this.thresholds));
		Load load = load(guard);
		Counts second = guard.signals().tick(nowNanos, load.saturation());
		watch.observe(nowNanos, second, load, failing(guard, nowNanos));
		return new Subject(guard.policy().name(), guard.policy().type(), watch.deviations(), watch.comparison(),
				guard.signals()::operations);
	}

	private static @Nullable Failing failing(Guard guard, long nowNanos) {
		BreakerState breaker = guard.readBreaker().state();
		boolean refusing = breaker == BreakerState.OPEN || breaker == BreakerState.HALF_OPEN;
		// one that is switched off is not called: whatever it did before is over
		if (breaker == BreakerState.FORCED_OPEN || (!refusing && !guard.signals().isFailing())) {
			return null;
		}
		return new Failing(refusing, guard.signals().failedInARow(),
				guard.signals().isFailing() ? guard.signals().failingSinceNanos() : nowNanos,
				refusing ? "Its breaker is " + breaker : "Its last calls all failed");
	}

	/** How much of a dependency is in use: of its slots, or of its connections. */
	Load load(Guard guard) {
		Load bulkhead = new Load(guard.inFlight(), guard.policy().bulkhead().maxConcurrent(), "slots");
		Load pool = this.pools.load(guard.policy());
		return (pool != null && pool.saturation() > bulkhead.saturation()) ? pool : bulkhead;
	}

	DependencyDescriptor.@Nullable Pool pool(DependencyPolicy policy) {
		Load pool = this.pools.load(policy);
		return (pool != null && policy.dataSource() != null)
				? new DependencyDescriptor.Pool(policy.dataSource(), pool.inUse(), pool.limit()) : null;
	}

	/** When something on the monotonic clock was. */
	Instant at(long nanos) {
		return this.moments.at(nanos).truncatedTo(ChronoUnit.MILLIS);
	}

	/**
	 * Something was changed, which may be why something goes wrong.
	 * @param what was changed, in words
	 */
	public void changed(String what) {
		this.incidents.changed(new Change(this.registry.now(), what));
	}

	List<Deviation> deviations(Guard guard) {
		DependencyWatch watch = this.watches.get(guard);
		return (watch != null) ? watch.deviations() : List.of();
	}

	Incidents incidents() {
		return this.incidents;
	}

}
