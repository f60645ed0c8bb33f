package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.resilience.DependencyType;
import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.Environment;
import dev.resilience.guard.Form;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.guard.ResultCheck;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.registry.DependencyRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.Assert;

/**
 * Makes operations out of annotated methods: finds their ways out, and refuses what
 * cannot work.
 */
public final class OperationFactory {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final PolicyResolver policies;

	private final PolicyDecisions decisions;

	private final DependencyRegistry registry;

	private final WayOutResolver wayOuts;

	private final ResultChecks checks;

	private final DurableMethods durable;

	private final Map<DependencySpec, GuardedMethod> methods = new HashMap<>();

	/**
	 * Create a factory.
	 * @param policies decides the policies
	 * @param registry takes the dependencies and operations
	 * @param beans where fallbacks of other beans, caches and validators are found
	 * @param environment what all guards share
	 * @param results finds results that are failures
	 * @param users who is authenticated, if anybody is: last good values are his own
	 * @param durable finds the methods whose calls are durable
	 */
	public OperationFactory(PolicyResolver policies, DependencyRegistry registry, BeanFactory beans,
			Environment environment, ResultClassification results, Users users, DurableMethods durable) {
		this(policies, registry,
				new WayOutResolver(new FallbackResolver(beans), new LastGoodResolver(beans, environment, users)),
				new ResultChecks(results, beans), durable);
	}

	private OperationFactory(PolicyResolver policies, DependencyRegistry registry, WayOutResolver wayOuts,
			ResultChecks checks, DurableMethods durable) {
		this.policies = policies;
		this.decisions = new PolicyDecisions(policies);
		this.registry = registry;
		this.wayOuts = wayOuts;
		this.checks = checks;
		this.durable = durable;
	}

	/**
	 * A factory that decides anew.
	 * @param policies decides the policies
	 */
	OperationFactory with(PolicyResolver policies) {
		return new OperationFactory(policies, this.registry, this.wayOuts, this.checks, this.durable);
	}

	/**
	 * Make the operations of all annotated methods, and a guard for each dependency, also
	 * for those that stand in the properties alone. What is there already is changed; if
	 * anything makes no sense, nothing is.
	 * @param found the annotated methods
	 * @param complete whether these are all of them
	 */
	void prepare(Collection<DependencySpec> found, boolean complete) {
		this.registry.change(() -> planAndDefine(found, complete));
	}

	private void planAndDefine(Collection<DependencySpec> found, boolean complete) {
		this.decisions.findFallbacks(found);
		List<DependencySpec> specs = found.stream().filter((spec) -> !this.decisions.isFallback(spec)).toList();
		Map<String, DependencyPolicy> dependencies = this.decisions.dependencies(specs, this.registry.guards(),
				complete);
		List<MethodPlan> plans = specs.stream().map(this::plan).toList();
		if (complete) {
			Set<String> durable = plans.stream()
				.filter((plan) -> plan.durable() != null)
				.map((plan) -> plan.spec().name())
				.collect(Collectors.toSet());
			dependencies.keySet().forEach((name) -> this.decisions.refuseDurable(name, durable.contains(name)));
		}
		this.registry.define(this.policies, dependencies.values());
		Map<String, List<Operation>> operations = new TreeMap<>();
		dependencies.keySet().forEach((name) -> operations.put(name, new ArrayList<>()));
		for (MethodPlan plan : plans) {
			operations.computeIfAbsent(plan.spec().name(), (name) -> new ArrayList<>()).add(operation(plan));
		}
		operations.forEach(this.registry::show);
		if (complete) {
			this.durable.allKnown();
		}
	}

	/**
	 * The guarded method that a spec describes, which may have become known only now.
	 */
	GuardedMethod method(DependencySpec spec) {
		if (this.decisions.isFallback(spec)) {
			return GuardedMethod.NONE;
		}
		GuardedMethod known = this.methods.get(spec);
		if (known != null) {
			return known;
		}
		MethodPlan plan = plan(spec);
		this.registry.define(this.policies, List.of(this.decisions.dependency(spec.name())));
		this.registry.add(operation(plan));
		return Objects.requireNonNull(this.methods.get(spec));
	}

	/**
	 * Notes which methods of an annotated type are no operations.
	 * @param specs all methods of the type
	 */
	void findFallbacks(Collection<DependencySpec> specs) {
		this.decisions.findFallbacks(specs);
	}

	private MethodPlan plan(DependencySpec spec) {
		OperationPolicy policy = this.decisions.of(spec);
		Form form = ReturnForms.of(spec.method(), spec.owner(), policy.type(), policy.isolation());
		DurableMethod durable = this.durable.find(spec, policy);
		WayOuts wayOuts = this.wayOuts.find(spec, policy, form);
		ItemizedMethod items = (policy.type() == DependencyType.CRITICAL)
				? ItemizedMethod.of(spec.method(), spec.owner(), form) : null;
		return new MethodPlan(spec, policy, form, wayOuts, this.checks.find(spec, form), KeyParameter.of(spec.method()),
				items, durable);
	}

	private Operation operation(MethodPlan plan) {
		Guard guard = this.registry.find(plan.spec().name());
		Assert.state(guard != null, "The dependency of an operation has a guard");
		Operation operation = operation(plan, guard);
		LastGood lastGood = plan.wayOuts().lastGood();
		if (lastGood != null) {
			lastGood.begin();
		}
		this.methods.put(plan.spec(), new GuardedMethod(operation, lastGood, plan.key(), plan.items()));
		return operation;
	}

	private Operation operation(MethodPlan plan, Guard guard) {
		DurableMethod durable = plan.durable();
		if (durable == null) {
			return new Operation(plan.policy(), guard, plan.form(), plan.wayOuts().inOrder(), plan.check());
		}
		Operation operation = new Operation(plan.policy(), guard, this.durable.store(durable));
		this.durable.deliver(durable, operation);
		return operation;
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
			@Nullable ResultCheck check, @Nullable KeyParameter key, @Nullable ItemizedMethod items,
			@Nullable DurableMethod durable) {
	}

}
