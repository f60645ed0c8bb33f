package dev.resilience.delivery;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.PollingStrategyConfig;
import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.Waiter;
import com.github.kagkarlsson.scheduler.event.SchedulerListeners;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import dev.resilience.guard.Workers;
import dev.resilience.signal.DependencyLog;

/**
 * The db-scheduler of one dependency. It is made without db-scheduler's builder, which
 * takes no {@linkplain DeliveryRepository repository}.
 */
final class DeliveryScheduler extends Scheduler {

	private static final Duration NEVER = Duration.ofDays(365_000);

	private static final int MISSED_HEARTBEATS = 4;

	private DeliveryScheduler(String name, int threads, DeliveryRepository repository, TaskResolver tasks,
			SchedulerName instance, DeliverySettings settings, PollingStrategyConfig polling, Clock clock) {
		super(clock, repository, repository, tasks, threads,
				Executors.newFixedThreadPool(threads, Workers.threads("resilience-delivery-" + name + "-")), instance,
				new Waiter(settings.pollInterval(), clock), settings.heartbeat(), MISSED_HEARTBEATS, List.of(),
				List.of(), polling, NEVER, settings.grace(), LogLevel.OFF, false, List.of(),
				Executors.newSingleThreadExecutor(Workers.threads("resilience-due-" + name + "-")),
				Executors.newSingleThreadScheduledExecutor(Workers.threads("resilience-heartbeat-" + name + "-")));
	}

	/**
	 * Create a scheduler.
	 * @param name of the dependency
	 * @param threads how many calls it attempts at once
	 * @param dueCalls which calls it attempts
	 */
	static DeliveryScheduler create(String name, int threads, DeliveryTask task, DeliveryStore store,
			JdbcCustomization dueCalls, DeliverySettings settings, DependencyLog log, Clock clock) {
		TaskResolver tasks = new TaskResolver(new SchedulerListeners(List.of()), clock, List.of(task));
		SchedulerName instance = new SchedulerName.Fixed(settings.instance());
		DeliveryRepository repository = new DeliveryRepository(name, log, store, dueCalls, tasks, instance, clock);
		PollingStrategyConfig polling = store.skipsLocked()
				? new PollingStrategyConfig(PollingStrategyConfig.Type.LOCK_AND_FETCH, 0.5, 1)
				: new PollingStrategyConfig(PollingStrategyConfig.Type.FETCH, 0.5, 3);
		return new DeliveryScheduler(name, threads, repository, tasks, instance, settings, polling, clock);
	}

}
