package dev.resilience.delivery;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepository;
import com.github.kagkarlsson.scheduler.task.Execution;
import dev.resilience.signal.DependencyLog;
import org.slf4j.event.Level;

/**
 * What db-scheduler asks of the store again and again. A store that fails has nothing for
 * it, and is told of by a line of ours; db-scheduler would write a stack trace each time.
 */
final class DeliveryRepository extends JdbcTaskRepository {

	private final String dependency;

	private final DependencyLog log;

	DeliveryRepository(String dependency, DependencyLog log, DeliveryStore store, JdbcCustomization dueCalls,
			TaskResolver tasks, SchedulerName instance, Clock clock) {
		super(store.dataSource(), true, dueCalls, DeliveryStore.TABLE, tasks, instance, RawPayload.INSTANCE, false,
				clock);
		this.dependency = dependency;
		this.log = log;
	}

	@Override
	public List<Execution> getDue(Instant now, int limit) {
		return ask(() -> super.getDue(now, limit), List.of());
	}

	@Override
	public List<Execution> lockAndGetDue(Instant now, int limit) {
		return ask(() -> super.lockAndGetDue(now, limit), List.of());
	}

	// one that is picked nevertheless is taken over later
	@Override
	public Optional<Execution> pick(Execution execution, Instant now) {
		return ask(() -> super.pick(execution, now), Optional.empty());
	}

	@Override
	public List<Execution> getDeadExecutions(Instant olderThan) {
		return ask(() -> super.getDeadExecutions(olderThan), List.of());
	}

	@Override
	public boolean updateHeartbeatWithRetry(Execution execution, Instant now, int tries) {
		for (int i = 1; i < tries; i++) {
			try {
				return updateHeartbeat(execution, now);
			}
			catch (RuntimeException ex) {
				// once more
			}
		}
		return ask(() -> updateHeartbeat(execution, now), false);
	}

	private <T> T ask(Supplier<T> question, T nothing) {
		try {
			return question.get();
		}
		catch (RuntimeException ex) {
			failed(this.log, this.dependency, ex);
			return nothing;
		}
	}

	static void failed(DependencyLog log, String dependency, Throwable failure) {
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		log.repeated(Level.WARN, dependency, null,
				"Durable calls of dependency '{}' are not delivered, because their store does not answer: {}",
				dependency, cause.getClass().getName());
		DependencyLog.line(Level.DEBUG, dependency).setCause(failure).log("The failure");
	}

}
