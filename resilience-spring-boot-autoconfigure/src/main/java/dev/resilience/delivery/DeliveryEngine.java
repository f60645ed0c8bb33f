package dev.resilience.delivery;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.DeliveryRejectedException;
import dev.resilience.guard.CallStore;
import dev.resilience.guard.Deliveries;
import dev.resilience.guard.DurableCalls;
import dev.resilience.guard.Guard;
import dev.resilience.guard.InvalidDeliveryException;
import dev.resilience.guard.Operation;
import dev.resilience.guard.Workers;
import dev.resilience.registry.DurableBacklog;
import dev.resilience.registry.DurableBacklogs;
import dev.resilience.registry.GuardLifecycle;
import dev.resilience.signal.DeliveryResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeansException;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

/**
 * Accepts durable calls and has them delivered. Touches no database before the first
 * durable operation is found.
 */
public final class DeliveryEngine implements Deliveries, DurableBacklogs, SmartLifecycle, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final Supplier<StoreSource> source;

	private final DeliverySettings settings;

	private final Clock clock;

	private final Map<String, DurableOperation> operations = new ConcurrentHashMap<>();

	private final Map<String, DependencyDeliveries> dependencies = new ConcurrentHashMap<>();

	private volatile @Nullable OpenStore store;

	private @Nullable Upkeep upkeep;

	private volatile boolean running;

	private volatile boolean allKnown;

	/**
	 * Create the engine.
	 * @param source where calls are stored; asked for when the first durable operation is
	 * found
	 * @param settings how this instance delivers
	 * @param clock the time by which calls are due
	 */
	public DeliveryEngine(Supplier<StoreSource> source, DeliverySettings settings, Clock clock) {
		this.source = source;
		this.settings = settings;
		this.clock = clock;
	}

	private synchronized OpenStore open() {
		OpenStore store = this.store;
		if (store == null) {
			store = OpenStore.open(source(), this.clock);
			this.store = store;
		}
		return store;
	}

	// what is wrong with it is said within what Spring says of the bean
	private StoreSource source() {
		try {
			return this.source.get();
		}
		catch (BeansException ex) {
			Throwable cause = ex;
			while (cause != null && !(cause instanceof InvalidDeliveryException)) {
				cause = cause.getCause();
			}
			throw (cause != null) ? (InvalidDeliveryException) cause : ex;
		}
	}

	@Override
	public void check(DurableCalls calls) {
		open().format().check(calls);
	}

	@Override
	public CallStore store(DurableCalls calls) {
		return (arguments, idempotencyKey) -> accept(calls, arguments, idempotencyKey);
	}

	private void accept(DurableCalls calls, @Nullable Object[] arguments, String idempotencyKey) {
		DurableOperation operation = this.operations.get(calls.name());
		DependencyDeliveries dependency = this.dependencies.get(calls.dependency());
		OpenStore store = this.store;
		Assert.state(operation != null && dependency != null && store != null, "A durable operation is delivered");
		Guard guard = dependency.guard();
		try {
			Letter letter = new Letter(UUID.randomUUID().toString(), calls.dependency(), calls.name(),
					store.format().write(calls, arguments, idempotencyKey),
					orderKey(calls.dependency(), calls.key(arguments)), this.clock.now());
			store.acceptance().accept(letter, operation.operation().policy().timeout(), () -> {
				guard.delivered(DeliveryResult.ACCEPTED, 1);
				dependency.wake();
			});
		}
		catch (DeliveryRejectedException ex) {
			guard.delivered(DeliveryResult.REJECTED, 1);
			throw ex;
		}
		catch (RuntimeException ex) {
			guard.delivered(DeliveryResult.REJECTED, 1);
			// without its message, which may show an argument
			logger.debug("A durable call could not be prepared", ex);
			throw new DeliveryRejectedException(calls.dependency(),
					"it could not be prepared: " + ex.getClass().getName(), null);
		}
	}

	// the key may be somebody's data, and is only compared
	private static @Nullable String orderKey(String dependency, @Nullable String key) {
		if (key == null) {
			return null;
		}
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256")
				.digest((dependency + '\0' + key).getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	@Override
	public synchronized void deliver(DurableCalls calls, Operation operation) {
		OpenStore store = open();
		// or others would take its first calls for those of an operation that is gone
		store.neglected().know(Set.of(calls.name()), this.clock.now());
		this.operations.put(calls.name(), DurableOperation.of(calls, operation));
		DependencyDeliveries dependency = this.dependencies.computeIfAbsent(calls.dependency(),
				(name) -> new DependencyDeliveries(operation.guard(), store, this.settings, this.clock,
						this.operations));
		dependency.add(calls.name());
		store.backlogs().watch(calls.dependency());
		operation.guard().delivered(DeliveryResult.ACCEPTED, 0);
		if (this.running) {
			begin(store);
			dependency.start();
		}
	}

	@Override
	public void allKnown() {
		this.allKnown = true;
	}

	/** Whether no bean that is created later can bring another operation. */
	boolean isAllKnown() {
		return this.allKnown;
	}

	@Override
	public @Nullable DurableBacklog of(String dependency) {
		DependencyDeliveries deliveries = this.dependencies.get(dependency);
		OpenStore store = this.store;
		return (deliveries != null && store != null) ? store.backlogs().of(deliveries.guard()) : null;
	}

	/** The store, {@code null} as long as nothing is durable. */
	@Nullable OpenStore store() {
		return this.store;
	}

	@Nullable DependencyDeliveries dependency(String name) {
		return this.dependencies.get(name);
	}

	Collection<DurableOperation> operations() {
		return this.operations.values();
	}

	Set<String> names() {
		return this.operations.keySet();
	}

	Clock clock() {
		return this.clock;
	}

	@Override
	public synchronized void start() {
		this.running = true;
		OpenStore store = this.store;
		if (store != null) {
			begin(store);
			this.dependencies.values().forEach(DependencyDeliveries::start);
		}
	}

	private void begin(OpenStore store) {
		if (this.upkeep == null) {
			this.upkeep = new Upkeep(this, store, this.settings.pollInterval(), this.settings.heartbeat());
		}
	}

	@Override
	public synchronized void stop() {
		this.running = false;
		if (this.upkeep != null) {
			this.upkeep.close();
			this.upkeep = null;
		}
		List<Thread> stopping = this.dependencies.values()
			.stream()
			.map((dependency) -> Workers.threads("resilience-stop-").newThread(dependency::stop))
			.toList();
		stopping.forEach(Thread::start);
		for (Thread thread : stopping) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return GuardLifecycle.PHASE;
	}

	@Override
	public void close() {
		stop();
		OpenStore store = this.store;
		if (store != null) {
			store.close();
		}
	}

}
