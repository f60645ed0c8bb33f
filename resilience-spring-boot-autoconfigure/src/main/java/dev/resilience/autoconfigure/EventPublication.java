package dev.resilience.autoconfigure;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import dev.resilience.registry.GuardLifecycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes events one after the other on a worker, from when the application has started
 * until it has nearly stopped. Whoever has an event goes on at once.
 */
final class EventPublication implements SmartLifecycle {

	/** How many events may wait for slow listeners; the next ones are dropped. */
	static final int WAITING = 10_000;

	// it starts before the guard, and stops after it
	private static final int PHASE = GuardLifecycle.PHASE - 1;

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final ApplicationEventPublisher publisher;

	private final Executor workers;

	// all below are guarded by this
	private final Deque<Object> waiting = new ArrayDeque<>();

	private long dropped;

	private boolean running;

	// null while no worker publishes
	private @Nullable CompletableFuture<@Nullable Void> publishing;

	/**
	 * Create the publication.
	 * @param publisher tells the listeners
	 * @param workers on one of which they run
	 */
	EventPublication(ApplicationEventPublisher publisher, Executor workers) {
		this.publisher = publisher;
		this.workers = workers;
	}

	/** Have an event published after those before it. */
	void publish(Object event) {
		synchronized (this) {
			if (this.waiting.size() == WAITING) {
				this.dropped++;
				return;
			}
			this.waiting.addLast(event);
		}
		begin();
	}

	private void begin() {
		synchronized (this) {
			if (!this.running || this.publishing != null || this.waiting.isEmpty()) {
				return;
			}
			this.publishing = new CompletableFuture<>();
		}
		try {
			this.workers.execute(this::publishAll);
		}
		catch (RejectedExecutionException ex) {
			// the next event tries again
			logger.debug("No worker publishes events now", ex);
			end();
		}
	}

	private void publishAll() {
		for (Object event = next(); event != null; event = next()) {
			try {
				this.publisher.publishEvent(event);
			}
			catch (RuntimeException | Error ex) {
				// nobody waits who could see it, and the next event may be for others
				logger.error("A listener of {} failed", event, ex);
			}
		}
	}

	private @Nullable Object next() {
		Object event;
		long dropped;
		synchronized (this) {
			event = this.running ? this.waiting.pollFirst() : null;
			dropped = this.dropped;
			this.dropped = 0;
			if (event == null) {
				end();
			}
		}
		if (dropped > 0) {
			logger.warn("{} events were dropped, because their listeners are too slow", dropped);
		}
		return event;
	}

	private void end() {
		CompletableFuture<@Nullable Void> publishing;
		synchronized (this) {
			publishing = this.publishing;
			this.publishing = null;
		}
		if (publishing != null) {
			publishing.complete(null);
		}
	}

	@Override
	public void start() {
		synchronized (this) {
			this.running = true;
		}
		begin();
	}

	@Override
	public synchronized void stop() {
		this.running = false;
	}

	@Override
	public void stop(Runnable callback) {
		stop();
		CompletableFuture<@Nullable Void> publishing;
		synchronized (this) {
			publishing = this.publishing;
		}
		// the beans that listen now are needed until then
		((publishing != null) ? publishing : CompletableFuture.completedFuture(null)).thenRun(callback);
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
