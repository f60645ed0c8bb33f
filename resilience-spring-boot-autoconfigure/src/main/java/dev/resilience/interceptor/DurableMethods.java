package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.resilience.DependencyType;
import dev.resilience.guard.CallStore;
import dev.resilience.guard.Deliveries;
import dev.resilience.guard.DurableCalls;
import dev.resilience.guard.InvalidDeliveryException;
import dev.resilience.guard.Operation;
import dev.resilience.policy.DeliveryPolicy;
import dev.resilience.policy.Mode;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;
import org.springframework.util.Assert;

/**
 * Finds the methods whose calls are durable, and refuses those whose calls cannot be.
 */
public final class DurableMethods {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

	private final OperationCatalog catalog;

	private final BeanFactory beans;

	private final Supplier<@Nullable Deliveries> deliveries;

	// the method behind each name
	private final Map<String, DependencySpec> names = new HashMap<>();

	/**
	 * Create the methods.
	 * @param catalog knows on which beans they are called
	 * @param beans where these are found
	 * @param deliveries delivers their calls; asked for when the first one is found,
	 * {@code null} if the libraries for that are missing
	 */
	public DurableMethods(OperationCatalog catalog, BeanFactory beans, Supplier<@Nullable Deliveries> deliveries) {
		this.catalog = catalog;
		this.beans = beans;
		this.deliveries = deliveries;
	}

	/**
	 * Decide whether the calls of a method are durable.
	 * @return the method, {@code null} if they are not
	 */
	@Nullable DurableMethod find(DependencySpec spec, OperationPolicy policy) {
		DeliveryPolicy delivery = policy.delivery();
		if (delivery == null || policy.mode() == Mode.OBSERVE || !canBeDurable(spec, policy)) {
			return null;
		}
		String name = spec.name() + "/" + spec.method().getName();
		DependencySpec other = this.names.putIfAbsent(name, spec);
		if (other != null && !other.equals(spec)) {
			throw new InvalidDependencyException(
					"The calls of %s and of %s would both be stored as '%s'".formatted(other.signature(),
							spec.signature(), name),
					"Give one of the methods another name: stored calls are found again by it.");
		}
		List<DurableCalls.Parameter> parameters = parameters(spec);
		DurableMethod method = new DurableMethod(spec, name, parameters, key(delivery, policy, spec, parameters),
				beanName(spec), this.beans);
		check(method, policy);
		if (policy.fallback() != null) {
			logger.info("The fallback '{}' of {} is never called: its calls are durable, and tried again instead",
					policy.fallback(), spec.signature());
		}
		return method;
	}

	private static boolean canBeDurable(DependencySpec spec, OperationPolicy policy) {
		if (spec.method().getReturnType() == void.class && policy.type() == DependencyType.OPTIONAL) {
			return true;
		}
		if (source(policy).contains("operations.")) {
			throw new InvalidDependencyException(
					"'%s' asks for durable delivery of %s, which is %s and returns %s".formatted(source(policy),
							spec.signature(), policy.type(), spec.method().getReturnType().getSimpleName()),
					"Only an OPTIONAL void method can be durable: its caller waits for nothing.");
		}
		return false;
	}

	private static String source(OperationPolicy policy) {
		return policy.sources().getOrDefault(DeliveryPolicy.KEY, "");
	}

	static List<DurableCalls.Parameter> parameters(DependencySpec spec) {
		Method method = spec.method();
		@Nullable String[] names = NAMES.getParameterNames(method);
		Parameter[] declared = method.getParameters();
		List<DurableCalls.Parameter> parameters = new ArrayList<>();
		for (int i = 0; i < declared.length; i++) {
			String name = (names != null) ? names[i] : null;
			ResolvableType type = ResolvableType.forMethodParameter(new MethodParameter(method, i),
					ResolvableType.forClass(spec.owner()));
			parameters.add(new DurableCalls.Parameter((name != null) ? name : "arg" + i, type.getType()));
		}
		return parameters;
	}

	private static @Nullable DeliveryKey key(DeliveryPolicy delivery, OperationPolicy policy, DependencySpec spec,
			List<DurableCalls.Parameter> parameters) {
		return (delivery.key() != null) ? DeliveryKey.of(delivery.key(),
				policy.sources().getOrDefault("delivery.key", "delivery.key"), spec.method(), parameters) : null;
	}

	private String beanName(DependencySpec spec) {
		List<String> names = this.catalog.beanNames(spec);
		int modifiers = spec.method().getModifiers();
		if (names.size() != 1 || Modifier.isPrivate(modifiers) || Modifier.isFinal(modifiers)) {
			throw new InvalidDependencyException(
					"Calls of %s cannot be durable: %s".formatted(spec.signature(),
							(names.size() == 1) ? "no proxy can intercept them"
									: "there are several beans on which it could be called, or none, " + names),
					"A stored call is made again on the only bean that has the method. Declare one bean, and the method neither private nor final.");
		}
		return names.get(0);
	}

	private void check(DurableMethod method, OperationPolicy policy) {
		Deliveries deliveries = this.deliveries.get();
		if (deliveries == null) {
			throw new InvalidDependencyException(
					"'%s' asks for durable delivery of %s, but a library for it is missing".formatted(source(policy),
							method.spec().signature()),
					"Add com.github.kagkarlsson:db-scheduler, org.springframework:spring-jdbc and tools.jackson.core:jackson-databind, and where there is no DataSource com.h2database:h2.");
		}
		try {
			deliveries.check(method);
		}
		catch (InvalidDeliveryException ex) {
			throw new InvalidDependencyException(
					"Calls of %s cannot be durable: %s".formatted(method.spec().signature(), ex.getMessage()),
					ex.action());
		}
	}

	CallStore store(DurableMethod method) {
		return deliveries().store(method);
	}

	/** Begin to deliver. */
	void deliver(DurableMethod method, Operation operation) {
		deliveries().deliver(method, operation);
	}

	/** There are no others. */
	void allKnown() {
		if (!this.names.isEmpty()) {
			deliveries().allKnown();
		}
	}

	private Deliveries deliveries() {
		Deliveries deliveries = this.deliveries.get();
		Assert.state(deliveries != null, "Durable methods were checked");
		return deliveries;
	}

}
