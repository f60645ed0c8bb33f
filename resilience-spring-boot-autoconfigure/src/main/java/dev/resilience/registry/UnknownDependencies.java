package dev.resilience.registry;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.resilience.DependencyType;
import dev.resilience.guard.Guard;
import dev.resilience.policy.PolicyResolver;

/**
 * Dependencies that nobody has configured, and that are known from the calls of work that
 * is handed in. They are critical: nobody has said that the application can do without
 * them. Only so many live; the one that was not called for the longest time makes room.
 */
final class UnknownDependencies {

	private final DependencyRegistry registry;

	private final int limit;

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
		this.registry.lock().lock();
		try {
			LiveDependency live = this.registry.live(name);
			if (live == null) {
				makeRoom();
				PolicyResolver policies = this.registry.policies();
				DependencyType type = policies.configuredType(name, null);
				live = this.registry
					.create(policies.dependency(name, (type != null) ? type : DependencyType.CRITICAL, List.of()));
				this.calledNanos.put(live, this.registry.now());
			}
			return live;
		}
		finally {
			this.registry.lock().unlock();
		}
	}

	private void makeRoom() {
		this.calledNanos.keySet().removeIf(this::isKnownByNow);
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

	// it was configured after its first call, or a bean has come that has methods for it
	private boolean isKnownByNow(LiveDependency dependency) {
		String name = dependency.guard().policy().name();
		return this.registry.policies().configured().containsKey(name) || !dependency.operations().isEmpty();
	}

	private static boolean isBusy(LiveDependency dependency) {
		Guard guard = dependency.guard();
		return guard.inFlight() > 0 || guard.pending() > 0;
	}

}
