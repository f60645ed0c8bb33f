package dev.resilience.registry;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

import org.springframework.util.ClassUtils;

/**
 * Follows the maps of partners. That one cannot be read is said on our map, and changes
 * nothing else.
 */
public final class PartnerMaps {

	private static final Duration INTERVAL = Duration.ofSeconds(10);

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final int LONGEST_BODY = 1024 * 1024;

	// of all partners together: who follows us reads it again
	private static final int MOST_DEPENDENCIES = 1000;

	private final LongSupplier clock;

	private final Poller<byte[], PartnerReading> poller;

	private final @Nullable PartnerMapReader reader;

	private volatile int followed;

	/**
	 * Create the maps.
	 * @param application the name of the application, if it has one
	 * @param timer knows when to ask
	 * @param workers handle the answers
	 * @param clock the monotonic clock
	 * @param classLoader knows whether Jackson is there
	 */
	public PartnerMaps(@Nullable String application, ScheduledExecutorService timer, Executor workers,
			LongSupplier clock, @Nullable ClassLoader classLoader) {
		this.clock = clock;
		this.reader = ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", classLoader)
				? new PartnerMapReader(application) : null;
		this.poller = new Poller<>(timer, workers,
				new PollRequest<>("application/json", TIMEOUT, (response) -> new BoundedBody(LONGEST_BODY)),
				this::read);
	}

	/**
	 * Begin to follow.
	 * @param dependencies all dependencies, with or without a map
	 */
	public void start(List<DependencyPolicy> dependencies) {
		this.poller.start(targets(dependencies));
	}

	/**
	 * Follow as changed policies say, if it has begun.
	 * @param dependencies all dependencies, with or without a map
	 */
	public void update(List<DependencyPolicy> dependencies) {
		this.poller.update(targets(dependencies));
	}

	/** Follow no more. */
	public void stop() {
		this.poller.stop();
	}

	private Map<String, Poller.Target> targets(List<DependencyPolicy> dependencies) {
		Map<String, Poller.Target> targets = new HashMap<>();
		for (DependencyPolicy dependency : dependencies) {
			if (dependency.map() != null && this.reader != null) {
				targets.put(dependency.name(), new Poller.Target(dependency.map(), INTERVAL));
			}
		}
		this.followed = targets.size();
		return targets;
	}

	private PartnerReading read(String name, @Nullable HttpResponse<byte[]> response, @Nullable Throwable failure,
			@Nullable PartnerReading before) {
		PartnerReading reading;
		try {
			reading = read(MapAnswer.body(response, failure));
		}
		catch (UnreadableMapException ex) {
			reading = ((before != null) ? before : PartnerReading.NONE).failed(ex.problem());
		}
		tell(name, reading.problem(), (before != null) ? before.problem() : null);
		return reading;
	}

	private PartnerReading read(byte[] body) {
		if (this.reader == null) {
			return PartnerReading.NONE;
		}
		PartnerMap map = this.reader.read(body, Instant.now().toString());
		return new PartnerReading(PartnerMapExtent.cut(map, MOST_DEPENDENCIES / Math.max(1, this.followed)),
				PartnerMapExtent.deviatedFirst(map), this.clock.getAsLong(), null);
	}

	private static void tell(String name, @Nullable String problem, @Nullable String before) {
		if (problem != null && before == null) {
			DependencyLog.line(Level.WARN, name).log("The map of dependency '{}' cannot be read: {}", name, problem);
		}
		else if (problem == null && before != null) {
			DependencyLog.line(Level.INFO, name).log("The map of dependency '{}' can be read again", name);
		}
	}

	@Nullable PartnerMap of(DependencyPolicy policy) {
		URI url = policy.map();
		if (url == null) {
			return null;
		}
		PartnerReading reading = this.poller.result(policy.name());
		if (reading == null) {
			reading = (this.reader != null) ? PartnerReading.NONE : PartnerReading.NONE
				.failed("It cannot be read without tools.jackson.core:jackson-databind on the class path");
		}
		return reading.map(RedactedUrl.of(url), this.clock.getAsLong());
	}

	/** What is behind a partner and deviated first, from the outside to the innermost. */
	List<String> deviatedFirst(DependencyPolicy policy) {
		PartnerReading reading = (policy.map() != null) ? this.poller.result(policy.name()) : null;
		return (reading != null) ? reading.deviatedFirst(this.clock.getAsLong()) : List.of();
	}

}
