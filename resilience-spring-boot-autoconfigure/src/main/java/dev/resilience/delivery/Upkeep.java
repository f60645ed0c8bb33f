package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.resilience.guard.Workers;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sees to stored calls that nobody attempts: those that are held, those that are too old,
 * those of operations that are gone, those that a wrong clock has sent into the future.
 */
final class Upkeep implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	// what it does is less urgent than looking for what is due
	private static final int POLLS = 5;

	// instances say that often that they live
	private static final int UNKNOWN_AFTER = 6;

	private static final int BATCH = 500;

	private static final int MANY = 1000;

	private static final int TIMES = 4;

	private static final Duration BETWEEN_ADOPTIONS = Duration.ofSeconds(30);

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final DeliveryEngine engine;

	private final OpenStore store;

	private final Duration unknownFor;

	// two threads: what is held must not wait for everything else
	private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2,
			Workers.threads("resilience-upkeep-"));

	// how many calls there were when their number had last changed much
	private long known;

	private Instant adoptAt = Instant.EPOCH;

	// since when the store answers: what living instances know could be seen since then
	private @Nullable Instant watching;

	private boolean failing;

	Upkeep(DeliveryEngine engine, OpenStore store, Duration pollInterval, Duration heartbeat) {
		this.engine = engine;
		this.store = store;
		Duration interval = pollInterval.multipliedBy(POLLS);
		this.unknownFor = interval.multipliedBy(UNKNOWN_AFTER);
		this.timer.scheduleWithFixedDelay(this::run, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
		this.timer.scheduleWithFixedDelay(this::keepHeld, 0, heartbeat.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void keepHeld() {
		try {
			this.store.held().keep();
		}
		catch (RuntimeException | Error ex) {
			// the timer would not call again
			logger.debug("Calls that are held could not be kept", ex);
		}
	}

	private void run() {
		this.store.backlogs().count();
		try {
			Instant now = this.engine.clock().now();
			this.store.neglected().know(this.engine.names(), now);
			adopt(now);
			noteGrowth();
			this.store.neglected().correctFuture(now);
			buryOld(now);
			if (this.engine.isAllKnown()) {
				watch(now);
			}
			this.failing = false;
		}
		catch (RuntimeException | Error ex) {
			if (!this.failing) {
				logger.warn("The store of durable calls does not answer", ex);
			}
			this.failing = true;
			this.watching = null;
		}
	}

	// after an outage of all instances, or of the store, others need a while to say what
	// they know
	private void watch(Instant now) {
		Instant since = (this.watching != null) ? this.watching : now;
		this.watching = since;
		if (!now.isBefore(since.plus(this.unknownFor))) {
			buryUnknown(now.minus(this.unknownFor));
		}
	}

	private void adopt(Instant now) {
		EmbeddedStore embedded = this.store.embedded();
		if (embedded != null && !now.isBefore(this.adoptAt)) {
			this.adoptAt = now.plus(BETWEEN_ADOPTIONS);
			embedded.adopt();
		}
	}

	private void noteGrowth() {
		long pending = this.store.backlogs().pending();
		boolean grown = pending > TIMES * this.known;
		if (grown || pending < this.known / TIMES) {
			this.known = pending;
		}
		if (grown && pending > MANY) {
			this.store.neglected().grown();
		}
	}

	private void buryOld(Instant now) {
		for (DurableOperation operation : this.engine.operations()) {
			Instant oldest = now.minus(operation.policy().maxAge());
			List<Held> old;
			do {
				old = this.store.neglected().olderThan(operation.calls().name(), oldest, BATCH);
				old.forEach((call) -> bury(call, operation, now));
			}
			while (old.size() == BATCH);
		}
	}

	private void bury(Held call, DurableOperation operation, Instant now) {
		if (this.store.calls().bury(call, DeadReason.EXPIRED, now)) {
			this.log.repeated(Level.WARN, operation.calls().dependency(), null,
					"A durable call of '{}' is too old and kept as a dead letter, {}", operation.calls().name(),
					call.id());
			operation.operation().guard().delivered(DeliveryResult.DEAD, 1);
		}
	}

	private void buryUnknown(Instant knownSince) {
		List<Held> unknown;
		do {
			unknown = this.store.neglected().unknown(knownSince, BATCH);
			for (Held call : unknown) {
				if (this.store.calls().bury(call, DeadReason.UNKNOWN_OPERATION, this.engine.clock().now())) {
					logger.warn("A durable call whose operation is gone is kept as a dead letter, {}", call.id());
				}
			}
		}
		while (unknown.size() == BATCH);
	}

	@Override
	public void close() {
		this.timer.shutdown();
		// transactions may still end
		keepHeld();
	}

}
