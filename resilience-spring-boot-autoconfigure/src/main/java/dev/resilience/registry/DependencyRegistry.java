package dev.resilience.registry;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import dev.resilience.DependencyType;
import dev.resilience.guard.Environment;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.signal.CallListener;
import org.jspecify.annotations.Nullable;

/**
 * The live dependencies, by their names.
 */
public final class DependencyRegistry {

	private final PolicyResolver policies;

	private final Environment environment;

	private final List<CallListener.Factory> listeners;

	private final Map<String, LiveDependency> dependencies = new ConcurrentSkipListMap<>();

	// of work that is handed in: waited for, but not on the map
	private final List<Operation> unlisted = new CopyOnWriteArrayList<>();

	/**
	 * Create a registry.
	 * @param policies decides the policies
	 * @param environment what all guards share
	 * @param listeners who is told of the calls
	 */
	public DependencyRegistry(PolicyResolver policies, Environment environment, List<CallListener.Factory> listeners) {
		this.policies = policies;
		this.environment = environment;
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * The guard of a dependency, made when it is first asked for.
	 * @param name the name of the dependency
	 * @param type the most critical type of its operations
	 * @param operations its operations, as far as they are known
	 * @return the guard
	 */
	public Guard guard(String name, DependencyType type, Collection<OperationPolicy> operations) {
		return this.dependencies.computeIfAbsent(name, (key) -> {
			List<CallListener> listeners = this.listeners.stream().map((each) -> each.create(name)).toList();
			return new LiveDependency(
					new Guard(this.policies.dependency(name, type, operations), this.environment, listeners));
		}).guard();
	}

	/**
	 * Put an operation on the map.
	 * @param operation the operation, of a dependency that has a guard
	 */
	public void add(Operation operation) {
		LiveDependency dependency = live(operation.policy().dependency());
		if (dependency == null) {
			throw new IllegalStateException(
					"The dependency of %s has no guard".formatted(operation.policy().operation()));
		}
		dependency.operations().add(operation);
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
		return this.dependencies.values().stream().map(LiveDependency::guard).toList();
	}

	/**
	 * Calls of fire-and-forget operations that wait or run.
	 * @return their number over all dependencies
	 */
	public int pending() {
		return Stream
			.concat(this.unlisted.stream(),
					this.dependencies.values().stream().flatMap((dependency) -> dependency.operations().stream()))
			.mapToInt(Operation::pending)
			.sum();
	}

	void addUnlisted(Operation operation) {
		this.unlisted.add(operation);
	}

	Collection<LiveDependency> all() {
		return this.dependencies.values();
	}

	PolicyResolver policies() {
		return this.policies;
	}

	@Nullable LiveDependency live(String name) {
		return this.dependencies.get(name);
	}

	Collection<String> names() {
		return this.dependencies.keySet();
	}

}
