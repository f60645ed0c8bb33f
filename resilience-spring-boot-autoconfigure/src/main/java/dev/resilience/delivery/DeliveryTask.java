package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.task.AbstractTask;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import dev.resilience.guard.Failure;
import dev.resilience.guard.Work;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Attempts stored calls that are due, and does with them what follows from that.
 */
final class DeliveryTask extends AbstractTask<byte[]> {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final String dependency;

	private final DependencyLog log;

	private final DeliveryStore store;

	private final PayloadFormat format;

	private final Map<String, DurableOperation> operations;

	private final Clock clock;

	private final Listener listener;

	/**
	 * Create the task.
	 * @param dependency whose calls it attempts
	 * @param log is told what goes wrong
	 * @param operations by their names
	 * @param heartbeat how often instances say that they live
	 * @param listener is told what became of a call
	 */
	DeliveryTask(String dependency, DependencyLog log, OpenStore store, Map<String, DurableOperation> operations,
			Clock clock, Duration heartbeat, Listener listener) {
		super(DeliveryStore.TASK, byte[].class, (complete, operationsOfTask) -> {
			// nothing is thrown but by a store that fails: then it is taken over later
			complete.getCause().ifPresent((failure) -> DeliveryRepository.failed(log, dependency, failure));
		}, (complete, operationsOfTask) -> takeOver(dependency, store, log, clock, heartbeat, complete.getExecution()));
		this.dependency = dependency;
		this.log = log;
		this.store = store.calls();
		this.format = store.format();
		this.operations = operations;
		this.clock = clock;
		this.listener = listener;
	}

	// its instance is dead, and maybe it is what killed it: an attempt
	private static void takeOver(String dependency, OpenStore store, DependencyLog log, Clock clock, Duration heartbeat,
			Execution execution) {
		Held call = Held.of(execution);
		boolean heldBack = HeldCalls.HELD.equals(execution.pickedBy);
		if (heldBack && store.held().has(call)) {
			// it was this instance that could not say that it lives
			return;
		}
		log.repeated(Level.WARN, dependency, null, "A durable call is taken over from an instance that is gone, {}",
				execution.getId());
		// whoever holds it back may live after all, and is about to drop it
		Instant due = heldBack ? clock.now().plus(heartbeat.multipliedBy(2)) : clock.now();
		store.calls().giveBack(call, due, execution.consecutiveFailures + (heldBack ? 0 : 1));
	}

	@Override
	public CompletionHandler<byte[]> execute(TaskInstance<byte[]> instance, ExecutionContext context) {
		Execution execution = context.getExecution();
		Held call = Held.of(execution);
		int attempts = execution.consecutiveFailures;
		if (context.getSchedulerState().isShuttingDown()) {
			this.store.giveBack(call, this.clock.now(), attempts);
		}
		else {
			deliver(call, attempts, instance.getData());
		}
		return (complete, operationsOfTask) -> {
			// done already
		};
	}

	private void deliver(Held call, int attempts, byte[] payload) {
		StoredCall stored;
		@Nullable Object[] arguments;
		DurableOperation operation;
		try {
			stored = this.format.read(payload);
			operation = this.operations.get(stored.operation());
			if (operation == null) {
				bury(call, stored.operation(), DeadReason.UNKNOWN_OPERATION, attempts, null);
				return;
			}
			arguments = this.format.arguments(stored, operation.calls().parameters());
		}
		catch (UnreadableCallException ex) {
			this.log.repeated(Level.WARN, this.dependency, null, "A durable call cannot be read, {}: {}", call.id(),
					ex.getMessage());
			DependencyLog.line(Level.DEBUG, this.dependency).setCause(ex).log("The failure");
			bury(call, "", DeadReason.UNREADABLE, attempts, LastFailure.of(ex));
			return;
		}
		catch (UndecodableCallException ex) {
			this.log.repeated(Level.WARN, this.dependency, null, "A durable call cannot be decoded now, {}: {}",
					call.id(), ex.cause().getClass().getName());
			DurableOperation later = this.operations.get(ex.operation());
			LastFailure last = LastFailure.of(ex.cause());
			if (later != null) {
				settle(call, later, Verdict.afterFailure(later, attempts, this.clock.now()), last);
			}
			else {
				bury(call, ex.operation(), DeadReason.UNKNOWN_OPERATION, attempts, last);
			}
			return;
		}
		if (attempts >= operation.policy().maxAttempts()) {
			bury(call, stored.operation(), DeadReason.ATTEMPTS, attempts, null);
			return;
		}
		attempt(call, attempts, operation, arguments, stored.idempotencyKey());
	}

	private void attempt(Held call, int attempts, DurableOperation operation, @Nullable Object[] arguments,
			String idempotencyKey) {
		Work work = operation.calls().work(arguments, idempotencyKey);
		Failure failure = operation.operation()
			.deliver(work, (failed) -> Verdict.of(operation, failed, attempts, this.clock.now()).reason() == null);
		if (failure == null) {
			if (this.store.remove(call)) {
				this.listener.onDelivery(operation.calls().name(), DeliveryResult.DELIVERED);
			}
			return;
		}
		// or the store would be disturbed
		boolean interrupted = Thread.interrupted();
		LastFailure last = LastFailure.of(failure);
		settle(call, operation, Verdict.of(operation, failure, attempts, this.clock.now()),
				(failure.isRefusal() || failure.isInterrupted()) ? null : last);
		reportError(failure);
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void settle(Held call, DurableOperation operation, Verdict verdict, @Nullable LastFailure last) {
		String name = operation.calls().name();
		if (verdict.reason() != null) {
			bury(call, name, verdict.reason(), verdict.attempts(), last);
		}
		else if (this.store.giveBack(call, verdict.due(), verdict.attempts(), last,
				verdict.due().minus(operation.policy().maxAge()))) {
			this.listener.onDelivery(name, DeliveryResult.DEFERRED);
		}
		else {
			bury(call, name, DeadReason.EXPIRED, verdict.attempts(), last);
		}
	}

	private void bury(Held call, String operation, DeadReason reason, int attempts, @Nullable LastFailure last) {
		if (this.store.bury(call, reason, attempts, last, this.clock.now())) {
			this.log.repeated(Level.WARN, this.dependency, null,
					"A durable call of '{}' is tried no more and kept as a dead letter, {}: {}, {}", operation,
					call.id(), reason, (last != null) ? last.kind() + " " + last.exception() : "not attempted");
			this.listener.onDelivery(operation, DeliveryResult.DEAD);
		}
	}

	// nobody waits who could see it
	private static void reportError(Failure failure) {
		if (!failure.isRefusal() && failure.exception() instanceof Error error) {
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
		}
	}

	@Override
	public SchedulableInstance<byte[]> schedulableInstance(String id) {
		throw new UnsupportedOperationException("Calls are stored by the store");
	}

	@Override
	public SchedulableInstance<byte[]> schedulableInstance(String id, byte[] data) {
		throw new UnsupportedOperationException("Calls are stored by the store");
	}

	/**
	 * Is told what became of stored calls.
	 */
	interface Listener {

		void onDelivery(String operation, DeliveryResult result);

	}

}
