package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.ResolvableType;

/**
 * What a class inherits, and which of its methods stand for one another.
 */
final class Inheritance {

	private Inheritance() {
	}

	/**
	 * The method of a class that a call of a method reaches.
	 */
	static Method specific(Method method, Class<?> type) {
		// the methods of a JDK proxy say less than those of its interfaces
		return (Proxy.isProxyClass(type) || type.isInterface()) ? redeclared(method, type)
				: AopUtils.getMostSpecificMethod(method, type);
	}

	private static Method redeclared(Method method, Class<?> type) {
		Method declared = BridgeMethodResolver.findBridgedMethod(method);
		Set<Class<?>> interfaces = new LinkedHashSet<>(Set.of(type));
		interfaces.addAll(interfaces(type));
		return interfaces.stream()
			.filter((each) -> each.isInterface() && declared.getDeclaringClass().isAssignableFrom(each))
			.flatMap((each) -> Arrays.stream(each.getDeclaredMethods()))
			.filter((candidate) -> !candidate.isBridge() && isOverridden(declared, candidate))
			.findFirst()
			.orElse(declared);
	}

	/**
	 * Whether calls of one method reach another one.
	 * @param called the method, as declared by a class or an interface
	 * @param method the method that runs
	 * @param type the class of the bean
	 */
	static boolean isSame(Method called, Method method, Class<?> type) {
		return called.equals(method) || specific(called, type).equals(method) || isOverridden(called, method);
	}

	private static boolean isOverridden(Method inherited, Method method) {
		Class<?> declaring = method.getDeclaringClass();
		return inherited.getName().equals(method.getName())
				&& inherited.getParameterCount() == method.getParameterCount()
				&& inherited.getDeclaringClass().isAssignableFrom(declaring)
				&& IntStream.range(0, method.getParameterCount())
					.allMatch((index) -> ResolvableType.forMethodParameter(inherited, index, declaring)
						.toClass() == method.getParameterTypes()[index]);
	}

	/**
	 * The types of which a class may have annotations: the class first, an interface
	 * before those that it extends.
	 */
	static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> hierarchy = new LinkedHashSet<>();
		for (Class<?> each = type; each != null && !isForeign(each)
				&& !Proxy.isProxyClass(each); each = each.getSuperclass()) {
			hierarchy.add(each);
		}
		interfaces(type).stream().filter((each) -> !isForeign(each)).forEach(hierarchy::add);
		return hierarchy;
	}

	/** All interfaces of a class, also those that its interfaces extend. */
	static Set<Class<?>> interfaces(Class<?> type) {
		Set<Class<?>> interfaces = new LinkedHashSet<>();
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			interfaces.addAll(List.of(each.getInterfaces()));
		}
		List.copyOf(interfaces).forEach((each) -> interfaces.addAll(interfaces(each)));
		return interfaces;
	}

	/** Whether a type is Spring's or the JDK's. */
	static boolean isForeign(Class<?> type) {
		String name = type.getName();
		return name.startsWith("java.")
				|| (name.startsWith("org.springframework.") && !name.startsWith("org.springframework.samples."));
	}

}
