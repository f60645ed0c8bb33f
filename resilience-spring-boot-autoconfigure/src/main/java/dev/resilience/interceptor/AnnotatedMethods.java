package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.resilience.Dependency;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * The annotated methods of beans' classes, each class looked at once. Refuses those that
 * a proxy cannot intercept.
 */
final class AnnotatedMethods {

	private final DependencySpecReader reader;

	// types that carry the annotation themselves, on the type or on a method of their own
	private final Map<Class<?>, Boolean> annotatedTypes = new ConcurrentHashMap<>();

	private final Map<Class<?>, Map<Method, DependencySpec>> specs = new ConcurrentHashMap<>();

	AnnotatedMethods(DependencySpecReader reader) {
		this.reader = reader;
	}

	/**
	 * The annotated methods of a class.
	 * @param beanType the class of a bean
	 * @return what the annotations say, empty if there are none
	 */
	Collection<DependencySpec> of(Class<?> beanType) {
		return specs(beanType).values();
	}

	/**
	 * What the annotations say of a method.
	 * @param method the method, as declared by a class or an interface
	 * @param beanType the class of the bean
	 * @return the spec, {@code null} if the method is not annotated
	 */
	@Nullable DependencySpec find(Method method, Class<?> beanType) {
		Map<Method, DependencySpec> specs = specs(beanType);
		return specs.isEmpty() ? null : specs.get(specific(method, ClassUtils.getUserClass(beanType)));
	}

	// the methods of a JDK proxy say less than those of its interfaces
	private static Method specific(Method method, Class<?> type) {
		return Proxy.isProxyClass(type) ? method : AopUtils.getMostSpecificMethod(method, type);
	}

	private Map<Method, DependencySpec> specs(Class<?> beanType) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		Map<Method, DependencySpec> known = this.specs.get(type);
		if (known == null) {
			known = introspect(type);
			this.specs.put(type, known);
		}
		return known;
	}

	private Map<Method, DependencySpec> introspect(Class<?> type) {
		Set<Class<?>> hierarchy = hierarchy(type);
		if (hierarchy.stream().noneMatch((each) -> this.annotatedTypes.computeIfAbsent(each, AnnotatedMethods::scan))) {
			return Map.of();
		}
		Map<Method, DependencySpec> specs = new LinkedHashMap<>();
		List<MergedAnnotation<Dependency>> onType = this.reader.onType(type);
		for (Class<?> each : hierarchy) {
			for (Method declared : each.getDeclaredMethods()) {
				if (declared.isBridge() || declared.isSynthetic()) {
					continue;
				}
				Method method = specific(declared, type);
				if (!specs.containsKey(method)) {
					DependencySpec spec = this.reader.read(method, type, onType);
					if (spec != null) {
						specs.put(method, spec);
					}
				}
			}
		}
		removeFallbacks(specs);
		specs.keySet().forEach((method) -> refuseIfNotInterceptable(method, type));
		return specs;
	}

	// a fallback on an annotated type calls nobody, and on an interface it cannot hide
	private static void removeFallbacks(Map<Method, DependencySpec> specs) {
		Set<String> fallbacks = new HashSet<>();
		specs.values().forEach((spec) -> fallbacks.add(String.valueOf(spec.settings().fallback())));
		specs.keySet().removeIf((method) -> fallbacks.contains(method.getName()) && !isAnnotated(method));
	}

	static boolean isAnnotated(Method method) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(Dependency.class);
	}

	private static Set<Class<?>> hierarchy(Class<?> type) {
		Set<Class<?>> hierarchy = new LinkedHashSet<>();
		for (Class<?> each = type; each != null && !isForeign(each)
				&& !Proxy.isProxyClass(each); each = each.getSuperclass()) {
			hierarchy.add(each);
		}
		for (Class<?> each : ClassUtils.getAllInterfacesForClass(type)) {
			if (!isForeign(each)) {
				hierarchy.add(each);
			}
		}
		return hierarchy;
	}

	private static boolean isForeign(Class<?> type) {
		String name = type.getName();
		return name.startsWith("java.")
				|| (name.startsWith("org.springframework.") && !name.startsWith("org.springframework.samples."));
	}

	private static boolean scan(Class<?> type) {
		if (MergedAnnotations.from(type).isPresent(Dependency.class)) {
			return true;
		}
		for (Method method : type.getDeclaredMethods()) {
			if (MergedAnnotations.from(method).isPresent(Dependency.class)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether a method is package-private in another package, where a proxy of the type
	 * cannot override it.
	 */
	static boolean isHiddenFrom(Method method, Class<?> type) {
		int visible = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.PRIVATE;
		return (method.getModifiers() & visible) == 0
				&& !method.getDeclaringClass().getPackageName().equals(type.getPackageName());
	}

	private static void refuseIfNotInterceptable(Method method, Class<?> type) {
		String reason = null;
		if (Modifier.isPrivate(method.getModifiers())) {
			reason = "it is private";
		}
		else if (Modifier.isStatic(method.getModifiers())) {
			reason = "it is static";
		}
		else if (Modifier.isFinal(method.getModifiers())) {
			reason = "it is final";
		}
		else if (isHiddenFrom(method, type)) {
			reason = "it is package-private in another package than " + type.getName();
		}
		else if (Modifier.isFinal(type.getModifiers()) && !Proxy.isProxyClass(type)
				&& !ClassUtils.isLambdaClass(type)) {
			reason = "its class is final";
		}
		else if (KotlinDetector.isSuspendingFunction(method)) {
			reason = "it is a suspending function";
		}
		if (reason != null) {
			throw new InvalidDependencyException(
					"The @Dependency method %s cannot be intercepted, because %s: it would run unguarded"
						.formatted(DependencySpec.signature(method), reason),
					"Make it an instance method that is neither private nor final, of a class that is not final, and call it from another bean."
							+ " Suspending functions can be guarded behind a method that returns a Mono.");
		}
	}

}
