package dev.resilience.delivery;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.Scheduler;
import dev.resilience.guard.Guard;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Delivers the stored calls of one dependency, on threads of its own: at most half as
 * many as its bulkhead lets through, so that live calls keep their places, and so that a
 * dependency that hangs holds up no other one.
 */
final class DependencyDeliveries {

	private final Guard guard;

	private final DeliveryStore store;

	private final DeliverySettings settings;

	private final Clock clock;

	private final DependencyLog log;

	private final DeliveryTask task;

	private final Set<String> operations = ConcurrentHashMap.newKeySet();

	private final Map<String, DurableOperation> all;

	// what was left by an instance before may wait for long
	private final AtomicBoolean troubled = new AtomicBoolean(true);

	private volatile @Nullable Scheduler scheduler;

	/**
	 * Create the deliveries.
	 * @param guard of the dependency
	 * @param all operations of all dependencies: calls of another one may be taken over
	 */
	DependencyDeliveries(Guard guard, OpenStore store, DeliverySettings settings, Clock clock,
			Map<String, DurableOperation> all) {
		this.guard = guard;
		this.store = store.calls();
		this.settings = settings;
		this.clock = clock;
		this.all = all;
		this.log = new DependencyLog(guard::now);
		this.task = new DeliveryTask(guard.policy().name(), this.log, store, all, clock, settings.heartbeat(),
				this::ended);
	}

	Guard guard() {
		return this.guard;
	}

	void add(String operation) {
		this.operations.add(operation);
	}

	private Collection<String> ready() {
		return this.guard.isAvailable() ? this.operations : Set.of();
	}

	private void ended(String operation, DeliveryResult result) {
		this.guard.delivered(result, 1);
		if (result == DeliveryResult.DEFERRED && (!this.guard.isAvailable() || this.guard.signals().isFailing())) {
			this.troubled.set(true);
		}
		else if (result == DeliveryResult.DELIVERED && this.troubled.getAndSet(false)) {
			// it answers again: nobody needs to wait for an hour any more
			this.store.bringForward(this.guard.policy().name(), this.clock.now());
		}
		DurableOperation ended = this.all.get(operation);
		if (ended != null && ended.policy().key() != null) {
			// the next one of its key is due now
			wake();
		}
	}

	/** Something is due. */
	void wake() {
		Scheduler scheduler = this.scheduler;
		if (scheduler != null) {
			scheduler.triggerCheckForDueExecutions();
		}
	}

	synchronized void start() {
		if (this.scheduler != null) {
			return;
		}
		String name = this.guard.policy().name();
		int threads = Math.max(1, this.guard.policy().bulkhead().maxConcurrent() / 2);
		Scheduler scheduler = DeliveryScheduler.create(name, threads, this.task, this.store,
				new DueCalls(this.store.dialect(), name, this::ready), this.settings, this.log, this.clock);
		this.scheduler = scheduler;
		scheduler.start();
		DependencyLog.line(Level.INFO, name)
			.log("Durable calls of dependency '{}' are delivered by up to {} at once", name, threads);
	}

	/** End what is in hand within the grace, or give it back. */
	synchronized void stop() {
		Scheduler scheduler = this.scheduler;
		this.scheduler = null;
		if (scheduler != null) {
			scheduler.stop();
		}
	}

}
