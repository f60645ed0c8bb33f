package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

import dev.resilience.policy.SelfInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.asm.Type;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.util.ClassUtils;

/**
 * Tells, when the application starts, of guarded methods that their own class calls, or
 * Spring while it makes the bean: no proxy sees that. Calls within a call of the same
 * dependency are guarded with it, and those that woven methods get are guarded anyway.
 */
public final class SelfCallCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final String ADVICE = "Call it from another bean, hand the work to Dependencies, or weave the class (resilience.weaving).";

	private final OperationCatalog catalog;

	private final SelfInvocation reaction;

	/**
	 * Create the check.
	 * @param catalog knows the annotated methods
	 * @param reaction what happens to whoever calls himself
	 */
	public SelfCallCheck(OperationCatalog catalog, SelfInvocation reaction) {
		this.catalog = catalog;
		this.reaction = reaction;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.reaction == SelfInvocation.IGNORE) {
			return;
		}
		Set<String> found = new LinkedHashSet<>();
		for (Class<?> type : this.catalog.guardedTypes()) {
			find(type, found);
		}
		if (!found.isEmpty() && this.reaction == SelfInvocation.FAIL) {
			throw new InvalidDependencyException(
					"Guarded methods are called past the proxy" + found.stream()
						.map((each) -> System.lineSeparator() + "  - " + each)
						.collect(Collectors.joining()),
					ADVICE + " 'resilience.self-invocation: warn' lets the application start.");
		}
		found.forEach((each) -> logger.warn("{}. {}", each, ADVICE));
	}

	private void find(Class<?> beanType, Set<String> found) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		Collection<DependencySpec> specs = this.catalog.methods().of(type);
		specs.stream()
			.filter((spec) -> isCalledUnguarded(spec.method()))
			.map((spec) -> "Spring calls %s of dependency '%s' to initialize the bean: no proxy sees that, so it runs UNGUARDED"
				.formatted(spec.signature(), spec.name()))
			.forEach(found::add);
		Set<String> names = specs.stream().map((spec) -> spec.method().getName()).collect(Collectors.toSet());
		for (Class<?> each : Inheritance.hierarchy(type)) {
			for (SelfCall call : SelfCallReader.read(each, names)) {
				DependencySpec callee = callee(call, type);
				if (callee != null && isReached(call, each, type) && !isGuarded(call, each, type, callee)) {
					found
						.add("%s calls %s of dependency '%s' on itself: the proxy does not see it, so it runs UNGUARDED"
							.formatted(call.place(each), call.callee(), callee.name()));
				}
			}
		}
	}

	// what only stands in an annotated class may have nothing to do with the dependency
	private boolean isCalledUnguarded(Method method) {
		return Initialization.calls(method) && AnnotatedMethods.isAnnotated(method) && !this.catalog.isWoven(method);
	}

	private @Nullable DependencySpec callee(SelfCall call, Class<?> type) {
		Class<?> start = type;
		for (Class<?> each = type; call.superclass() != null && each != null; each = each.getSuperclass()) {
			if (Type.getInternalName(each).equals(call.superclass())) {
				start = each;
			}
		}
		Method called = find(start, call.name(), call.descriptor());
		return (called != null) ? this.catalog.methods().find(called, start) : null;
	}

	// nobody runs the method of an interface that its class overrides
	private static boolean isReached(SelfCall call, Class<?> caller, Class<?> type) {
		Method method = caller.isInterface() ? find(caller, call.caller(), call.callerDescriptor()) : null;
		return method == null || Inheritance.specific(method, type).equals(method);
	}

	private boolean isGuarded(SelfCall call, Class<?> caller, Class<?> type, DependencySpec callee) {
		if (call.isOfOverridden()) {
			return true;
		}
		DependencySpec overridden = this.catalog.methods().find(callee.method(), type);
		boolean dispatched = overridden != null && overridden.method().equals(callee.method());
		if (dispatched && this.catalog.isWoven(callee.method())) {
			return true;
		}
		Method method = find(caller, call.caller(), call.callerDescriptor());
		boolean unguarded = method != null && Initialization.calls(method) && !this.catalog.isWoven(method);
		DependencySpec outer = (method != null && !unguarded) ? this.catalog.methods().find(method, type) : null;
		return outer != null && outer.name().equals(callee.name());
	}

	private static @Nullable Method find(Class<?> type, String name, String descriptor) {
		for (Class<?> each : Inheritance.hierarchy(type)) {
			for (Method method : each.getDeclaredMethods()) {
				if (method.getName().equals(name) && Type.getMethodDescriptor(method).equals(descriptor)) {
					return method;
				}
			}
		}
		return null;
	}

}
