package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.resilience.DependencyType;
import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.Environment;
import dev.resilience.guard.Form;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.guard.ResultCheck;
import dev.resilience.policy.Delivery;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import dev.resilience.registry.DependencyRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.Assert;

/**
 * Makes operations out of annotated methods: decides their types and policies, finds
 * their ways out, and refuses what cannot work.
 */
public final class OperationFactory {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final PolicyResolver policies;

	private final DependencyRegistry registry;

	private final WayOutResolver wayOuts;

	private final ResultChecks checks;

	// the types that annotations declare for each dependency
	private final Map<String, Set<DependencyType>> declared = new HashMap<>();

	private final Map<DependencySpec, OperationPolicy> decided = new HashMap<>();

	private final Map<DependencySpec, GuardedMethod> methods = new HashMap<>();

	// methods of annotated types that the properties make fallbacks of the others
	private final Set<DependencySpec> fallbacks = new HashSet<>();

	/**
	 * Create a factory.
	 * @param policies decides the policies
	 * @param registry takes the dependencies and operations
	 * @param beans where fallbacks of other beans, caches and validators are found
	 * @param environment what all guards share
	 * @param results finds results that are failures
	 * @param users who is authenticated, if anybody is: last good values are his own
	 */
	public OperationFactory(PolicyResolver policies, DependencyRegistry registry, BeanFactory beans,
			Environment environment, ResultClassification results, Users users) {
		this(policies, registry,
				new WayOutResolver(new FallbackResolver(beans), new LastGoodResolver(beans, environment, users)),
				new ResultChecks(results, beans));
	}

	private OperationFactory(PolicyResolver policies, DependencyRegistry registry, WayOutResolver wayOuts,
			ResultChecks checks) {
		this.policies = policies;
		this.registry = registry;
		this.wayOuts = wayOuts;
		this.checks = checks;
	}

	/**
	 * A factory that decides anew.
	 * @param policies decides the policies
	 */
	OperationFactory with(PolicyResolver policies) {
		return new OperationFactory(policies, this.registry, this.wayOuts, this.checks);
	}

	/**
	 * Make the operations of all annotated methods, and a guard for each dependency, also
	 * for those that stand in the properties alone. What is there already is changed; if
	 * anything makes no sense, nothing is.
	 * @param found the annotated methods
	 * @param complete whether these are all of them
	 */
	void prepare(Collection<DependencySpec> found, boolean complete) {
		findFallbacks(found);
		List<DependencySpec> specs = found.stream().filter((spec) -> !this.fallbacks.contains(spec)).toList();
		Map<String, DependencyPolicy> dependencies = dependencies(specs, complete);
		List<MethodPlan> plans = specs.stream().map(this::plan).toList();
		this.registry.define(this.policies, dependencies.values());
		Map<String, List<Operation>> operations = new TreeMap<>();
		dependencies.keySet().forEach((name) -> operations.put(name, new ArrayList<>()));
		for (MethodPlan plan : plans) {
			operations.computeIfAbsent(plan.spec().name(), (name) -> new ArrayList<>()).add(operation(plan));
		}
		operations.forEach(this.registry::show);
	}

	private Map<String, DependencyPolicy> dependencies(List<DependencySpec> specs, boolean complete) {
		Map<String, List<OperationPolicy>> operations = new TreeMap<>();
		Map<String, Set<String>> methods = new TreeMap<>();
		specs.forEach((spec) -> {
			operations.computeIfAbsent(spec.name(), (key) -> new ArrayList<>()).add(policy(spec));
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
		for (Guard guard : this.registry.guards()) {
			// it was configured before, or is known from its calls alone
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
		OperationPolicy policy = this.policies.operation(name, "", name, type, Settings.NONE, (key) -> "built-in");
		refuseDurable(policy, "calls of dependency '%s'".formatted(name));
		if (complete) {
			this.policies.refuseUnknownOperations(name, List.of());
		}
		return this.policies.dependency(name, type, List.of());
	}

	private DependencyPolicy dependency(String name, List<OperationPolicy> operations) {
		DependencyType mostCritical = operations.stream()
			.map(OperationPolicy::type)
			.min(DependencyType::compareTo)
			.orElseThrow();
		return this.policies.dependency(name, mostCritical, operations);
	}

	/**
	 * The guarded method that a spec describes, which may have become known only now.
	 */
	GuardedMethod method(DependencySpec spec) {
		if (this.fallbacks.contains(spec)) {
			return GuardedMethod.NONE;
		}
		GuardedMethod known = this.methods.get(spec);
		if (known != null) {
			return known;
		}
		declare(spec);
		MethodPlan plan = plan(spec);
		List<OperationPolicy> all = this.decided.values()
			.stream()
			.filter((policy) -> policy.dependency().equals(spec.name()))
			.toList();
		this.registry.define(this.policies, List.of(dependency(spec.name(), all)));
		this.registry.add(operation(plan));
		return Objects.requireNonNull(this.methods.get(spec));
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
				&& name.equals(policy(other).fallback());
	}

	private MethodPlan plan(DependencySpec spec) {
		OperationPolicy policy = policy(spec);
		Form form = ReturnForms.of(spec.method(), spec.owner(), policy.type(), policy.isolation());
		refuseDurable(policy, spec.signature());
		WayOuts wayOuts = this.wayOuts.find(spec, policy, form);
		ItemizedMethod items = (policy.type() == DependencyType.CRITICAL)
				? ItemizedMethod.of(spec.method(), spec.owner(), form) : null;
		return new MethodPlan(spec, policy, form, wayOuts, this.checks.find(spec, form), KeyParameter.of(spec.method()),
				items);
	}

	private Operation operation(MethodPlan plan) {
		Guard guard = this.registry.find(plan.spec().name());
		Assert.state(guard != null, "The dependency of an operation has a guard");
		Operation operation = new Operation(plan.policy(), guard, plan.form(), plan.wayOuts().inOrder(), plan.check());
		LastGood lastGood = plan.wayOuts().lastGood();
		if (lastGood != null) {
			lastGood.begin();
		}
		this.methods.put(plan.spec(), new GuardedMethod(operation, lastGood, plan.key(), plan.items()));
		return operation;
	}

	private static void refuseDurable(OperationPolicy policy, String subject) {
		if (policy.delivery() == Delivery.DURABLE) {
			throw new InvalidDependencyException(
					"'%s' asks for durable delivery of %s, which this version does not have"
						.formatted(policy.sources().get("delivery"), subject),
					"Remove 'delivery: durable'; best-effort calls run their fallback when they fail.");
		}
	}

	private void declare(DependencySpec spec) {
		if (spec.type() != DependencyType.UNCLASSIFIED) {
			this.declared.computeIfAbsent(spec.name(), (key) -> EnumSet.noneOf(DependencyType.class)).add(spec.type());
		}
	}

	private OperationPolicy policy(DependencySpec spec) {
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
	 * Notes that nothing intercepts the annotated methods.
	 */
	void unguarded(Collection<DependencySpec> specs) {
		logger.warn(
				"These @Dependency methods run UNGUARDED, because spring.aop.auto is false and nothing creates proxies: {}",
				specs.stream().map(DependencySpec::signature).toList());
		this.registry.markUnguarded();
	}

	/**
	 * All that is decided for a method, before anything has changed.
	 */
	private record MethodPlan(DependencySpec spec, OperationPolicy policy, Form form, WayOuts wayOuts,
			@Nullable ResultCheck check, @Nullable KeyParameter key, @Nullable ItemizedMethod items) {
	}

}
