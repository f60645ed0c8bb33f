package dev.resilience.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.guard.Environment;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.Mode;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

import org.springframework.util.Assert;

/**
 * The live dependencies, by their names.
 */
public final class DependencyRegistry {

	private final Environment environment;

	private final List<CallListener.Factory> listeners;

	private final ConnectionPools pools;

	private final UnknownDependencies unknown;

	private final Map<String, LiveDependency> dependencies = new ConcurrentHashMap<>();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile PolicyResolver policies;

	/**
	 * Create a registry.
	 * @param policies decides the policies
	 * @param environment what all guards share
	 * @param listeners who is told of the calls
	 * @param pools the connection pools of those that are databases
	 * @param maxUnknown how many dependencies may be live that nobody has configured
	 */
	public DependencyRegistry(PolicyResolver policies, Environment environment, List<CallListener.Factory> listeners,
			ConnectionPools pools, int maxUnknown) {
		this.policies = policies;
		this.environment = environment;
		this.listeners = List.copyOf(listeners);
		this.pools = pools;
		this.unknown = new UnknownDependencies(this, maxUnknown);
	}

	/**
	 * Decide on all dependencies while no unknown one comes to life, which would keep the
	 * policy before.
	 * @param change decides and {@linkplain #define defines}
	 */
	public void change(Runnable change) {
		this.lock.lock();
		try {
			change.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Bring dependencies to life, or change those that live: all of them, or none if a
	 * policy is impossible.
	 * @param policies decides the policies from now on
	 * @param dependencies what it has decided for them
	 * @throws dev.resilience.policy.InvalidSettingException if a policy is impossible
	 */
	public void define(PolicyResolver policies, Collection<DependencyPolicy> dependencies) {
		List<Runnable> changes = new ArrayList<>();
		for (DependencyPolicy policy : dependencies) {
			this.pools.check(policy);
			LiveDependency live = this.dependencies.get(policy.name());
			if (policy.mode() == Mode.OBSERVE && (live == null || live.guard().policy().mode() != Mode.OBSERVE)) {
				changes.add(() -> DependencyLog.line(Level.WARN, policy.name())
					.log("Dependency '{}' is only observed: what is decided for its calls is recorded, not enforced",
							policy.name()));
			}
			if (live != null) {
				changes.add(live.prepare(policy));
			}
			else {
				Guard.check(policy, this.environment);
				changes.add(() -> create(policy));
			}
		}
		this.policies = policies;
		changes.forEach(Runnable::run);
	}

	LiveDependency create(DependencyPolicy policy) {
		String name = policy.name();
		return this.dependencies.computeIfAbsent(name, (key) -> new LiveDependency(new Guard(policy, this.environment,
				this.listeners.stream().map((each) -> each.create(name)).toList())));
	}

	/**
	 * Forget a dependency. Its calls that are under way end as if nothing had happened.
	 */
	void forget(LiveDependency dependency) {
		Guard guard = dependency.guard();
		if (this.dependencies.remove(guard.policy().name(), dependency)) {
			guard.retire();
		}
	}

	/**
	 * Show the operations of a dependency on the map, in place of those before.
	 * @param name the name of the dependency
	 * @param operations its operations
	 */
	public void show(String name, List<Operation> operations) {
		existing(name).show(operations);
	}

	/**
	 * Show one more operation on the map.
	 * @param operation the operation, of a dependency that has a guard
	 */
	public void add(Operation operation) {
		existing(operation.policy().dependency()).add(operation);
	}

	private LiveDependency existing(String name) {
		LiveDependency dependency = live(name);
		Assert.state(dependency != null, () -> "The dependency '%s' has no guard".formatted(name));
		return dependency;
	}

	/**
	 * Note that the annotated methods of all dependencies cannot be intercepted.
	 */
	public void markUnguarded() {
		this.dependencies.values()
			.stream()
			.filter((dependency) -> !dependency.operations().isEmpty())
			.forEach(LiveDependency::markUnguarded);
	}

	/**
	 * The guard of a known dependency.
	 * @param name the name of the dependency
	 * @return the guard, {@code null} if the name is not known
	 */
	public @Nullable Guard find(String name) {
		LiveDependency dependency = live(name);
		return (dependency != null) ? dependency.guard() : null;
	}

	/**
	 * The guards of all dependencies.
	 * @return the guards, ordered by name
	 */
	public List<Guard> guards() {
		return all().stream().map(LiveDependency::guard).toList();
	}

	/**
	 * Calls that were fired and forgotten, and wait or run.
	 * @return their number over all dependencies
	 */
	public int pending() {
		return this.dependencies.values().stream().mapToInt((dependency) -> dependency.guard().pending()).sum();
	}

	/** All dependencies, ordered by name. */
	Collection<LiveDependency> all() {
		return new TreeMap<>(this.dependencies).values();
	}

	PolicyResolver policies() {
		return this.policies;
	}

	@Nullable LiveDependency live(String name) {
		return this.dependencies.get(name);
	}

	ReentrantLock lock() {
		return this.lock;
	}

	UnknownDependencies unknown() {
		return this.unknown;
	}

	long now() {
		return this.environment.clock().getAsLong();
	}

}
