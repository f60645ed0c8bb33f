package dev.resilience.registry;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.DependencyType;
import dev.resilience.guard.Guard;

/**
 * Dependencies that nobody has configured, and that are known from the calls of work that
 * is handed in. They are critical: nobody has said that the application can do without
 * them. Only so many live; the one that was not called for the longest time makes room.
 */
final class UnknownDependencies {

	private final DependencyRegistry registry;

	private final int limit;

	private final ReentrantLock admission = new ReentrantLock();

	// when each was called last
	private final Map<LiveDependency, Long> calledNanos = new ConcurrentHashMap<>();

	/**
	 * Create the dependencies.
	 * @param limit how many may live; 0 if names have to be known
	 */
	UnknownDependencies(DependencyRegistry registry, int limit) {
		this.registry = registry;
		this.limit = limit;
	}

	/** It is about to be called. */
	void called(LiveDependency dependency) {
		if (!this.calledNanos.isEmpty()) {
			this.calledNanos.computeIfPresent(dependency, (same, before) -> this.registry.now());
		}
	}

	/**
	 * Bring a dependency to life by its name.
	 * @throws IllegalArgumentException if names have to be known
	 */
	LiveDependency admit(String name) {
		if (this.limit == 0) {
			throw new IllegalArgumentException(
					"Unknown dependency '%s': name it under 'resilience.dependencies' or on a @Dependency method, or allow unknown names with 'resilience.allow-unknown'; known are %s"
						.formatted(name,
								this.registry.guards().stream().map((guard) -> guard.policy().name()).toList()));
		}
		if (name.isBlank()) {
			throw new IllegalArgumentException("The name of a dependency must not be blank");
		}
		this.admission.lock();
		try {
			LiveDependency live = this.registry.live(name);
			if (live == null) {
				makeRoom();
				live = this.registry
					.create(this.registry.policies().dependency(name, DependencyType.CRITICAL, List.of()));
				this.calledNanos.put(live, this.registry.now());
			}
			return live;
		}
		finally {
			this.admission.unlock();
		}
	}

	private void makeRoom() {
		while (this.calledNanos.size() >= this.limit) {
			long now = this.registry.now();
			// one that has no calls under way, if there is any
			LiveDependency evicted = List.copyOf(this.calledNanos.entrySet())
				.stream()
				.min(Comparator.<Map.Entry<LiveDependency, Long>, Boolean>comparing((each) -> isBusy(each.getKey()))
					.thenComparing((each) -> each.getValue() - now))
				.orElseThrow()
				.getKey();
			this.calledNanos.remove(evicted);
			this.registry.forget(evicted);
		}
	}

	private static boolean isBusy(LiveDependency dependency) {
		Guard guard = dependency.guard();
		return guard.inFlight() > 0 || guard.pending() > 0;
	}

}
