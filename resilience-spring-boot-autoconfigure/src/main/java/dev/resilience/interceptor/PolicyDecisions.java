package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.resilience.DependencyType;
import dev.resilience.guard.Guard;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The types and policies of annotated methods and of their dependencies, decided once.
 */
final class PolicyDecisions {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final PolicyResolver policies;

	// the types that annotations declare for each dependency
	private final Map<String, Set<DependencyType>> declared = new HashMap<>();

	private final Map<DependencySpec, OperationPolicy> decided = new HashMap<>();

	// methods of annotated types that the properties make fallbacks of the others
	private final Set<DependencySpec> fallbacks = new HashSet<>();

	PolicyDecisions(PolicyResolver policies) {
		this.policies = policies;
	}

	/**
	 * Notes which methods of an annotated type are no operations, because the properties
	 * make them the fallback of its other methods.
	 * @param specs all methods of the type, and maybe of others
	 */
	void findFallbacks(Collection<DependencySpec> specs) {
		specs.forEach(this::declare);
		for (DependencySpec spec : specs) {
			if (!AnnotatedMethods.isAnnotated(spec.method())
					&& specs.stream().anyMatch((other) -> isFallbackOf(spec, other))) {
				this.fallbacks.add(spec);
			}
		}
	}

	private boolean isFallbackOf(DependencySpec spec, DependencySpec other) {
		String name = spec.method().getName();
		return other.owner() == spec.owner() && !other.method().getName().equals(name)
				&& name.equals(of(other).fallback());
	}

	boolean isFallback(DependencySpec spec) {
		return this.fallbacks.contains(spec);
	}

	/**
	 * Decide the policies of all dependencies, also of those that stand in the properties
	 * alone.
	 * @param specs the annotated methods
	 * @param live the dependencies that live already: one may have been configured
	 * before, or be known from its calls alone
	 * @param complete whether these are all annotated methods
	 */
	Map<String, DependencyPolicy> dependencies(List<DependencySpec> specs, Collection<Guard> live, boolean complete) {
		Map<String, List<OperationPolicy>> operations = new TreeMap<>();
		Map<String, Set<String>> methods = new TreeMap<>();
		specs.forEach((spec) -> {
			operations.computeIfAbsent(spec.name(), (key) -> new ArrayList<>()).add(of(spec));
			methods.computeIfAbsent(spec.name(), (key) -> new TreeSet<>()).add(spec.method().getName());
		});
		if (complete) {
			methods.forEach(this.policies::refuseUnknownOperations);
		}
		Map<String, DependencyPolicy> dependencies = new TreeMap<>();
		operations.forEach((name, all) -> dependencies.put(name, dependency(name, all)));
		for (String name : this.policies.configured().keySet()) {
			DependencyType type = this.policies.configuredType(name, null);
			if (dependencies.containsKey(name) || (type == null && !complete)) {
				continue; // its annotated methods may not be known yet
			}
			if (type == null) {
				throw unclassified("The dependency '%s', which stands in the properties alone,".formatted(name), name);
			}
			dependencies.put(name, withoutMethods(name, type, complete));
		}
		for (Guard guard : live) {
			String name = guard.policy().name();
			DependencyType type = this.policies.configuredType(name, null);
			if (!dependencies.containsKey(name)) {
				dependencies.put(name, withoutMethods(name, (type != null) ? type : guard.policy().type(), complete));
			}
		}
		return dependencies;
	}

	private DependencyPolicy withoutMethods(String name, DependencyType type, boolean complete) {
		// work that is handed in would meet a wrong value at its first call
		this.policies.operation(name, "", name, type, Settings.NONE, (key) -> "built-in");
		if (complete) {
			this.policies.refuseUnknownOperations(name, List.of());
		}
		return this.policies.dependency(name, type, List.of());
	}

	/**
	 * The policy of a dependency, from all of its methods that are known.
	 */
	DependencyPolicy dependency(String name) {
		return dependency(name,
				this.decided.values().stream().filter((policy) -> policy.dependency().equals(name)).toList());
	}

	private DependencyPolicy dependency(String name, List<OperationPolicy> operations) {
		DependencyType mostCritical = operations.stream()
			.map(OperationPolicy::type)
			.min(DependencyType::compareTo)
			.orElseThrow();
		return this.policies.dependency(name, mostCritical, operations);
	}

	private void declare(DependencySpec spec) {
		if (spec.type() != DependencyType.UNCLASSIFIED) {
			this.declared.computeIfAbsent(spec.name(), (key) -> EnumSet.noneOf(DependencyType.class)).add(spec.type());
		}
	}

	/**
	 * The policy of a method.
	 */
	OperationPolicy of(DependencySpec spec) {
		declare(spec);
		return this.decided.computeIfAbsent(spec, this::decide);
	}

	private OperationPolicy decide(DependencySpec spec) {
		return this.policies.operation(spec.name(), spec.method().getName(), spec.operation(), type(spec),
				spec.settings(), (key) -> "@Dependency(" + key + ") on " + spec.operation());
	}

	private DependencyType type(DependencySpec spec) {
		DependencyType configured = this.policies.configuredType(spec.name(), spec.method().getName());
		if (configured != null) {
			if (spec.type() != DependencyType.UNCLASSIFIED && spec.type() != configured) {
				logger.warn("{} is declared {} and made {} by the properties", spec.signature(), spec.type(),
						configured);
			}
			return configured;
		}
		if (spec.type() != DependencyType.UNCLASSIFIED) {
			return spec.type();
		}
		Set<DependencyType> others = this.declared.getOrDefault(spec.name(), Set.of());
		if (others.size() == 1) {
			return others.iterator().next();
		}
		String subject = "The @Dependency method %s of dependency '%s'".formatted(spec.signature(), spec.name());
		throw unclassified(
				others.isEmpty() ? subject : subject + ", whose other methods declare several types " + others + ",",
				spec.name());
	}

	private static InvalidDependencyException unclassified(String subject, String name) {
		String line = System.lineSeparator();
		return new InvalidDependencyException(subject + " is not classified",
				("Say what the dependency is to the application: @Dependency(type = …) or the property 'resilience.dependencies.%s.type'. The types are"
						+ line + "  - critical: retried when that is safe, behind a breaker, then the call fails fast"
						+ line
						+ "  - degraded: fallback, last good value or natural empty value; the caller never sees an error"
						+ line + "  - optional: never fails the caller; a void method is fire and forget")
					.formatted(name));
	}

	/**
	 * Refuses what asks for durable delivery and has no method whose calls can be
	 * durable.
	 * @param durable whether it has one
	 */
	void refuseDurable(String name, boolean durable) {
		String key = this.policies.durable(name);
		if (key != null && !durable) {
			throw new InvalidDependencyException(
					"'%s' asks for durable delivery, but dependency '%s' has no OPTIONAL void method".formatted(key,
							name),
					"Only such a method can be durable: its caller waits for nothing, and what is handed in as code cannot be stored.");
		}
	}

}
