package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import dev.resilience.Dependency;
import org.jspecify.annotations.Nullable;

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

	private final Predicate<Method> woven;

	// types that carry the annotation themselves, on the type or on a method of their own
	private final Map<Class<?>, Boolean> annotatedTypes = new ConcurrentHashMap<>();

	private final Map<Class<?>, Map<Method, DependencySpec>> specs = new ConcurrentHashMap<>();

	AnnotatedMethods(DependencySpecReader reader, Predicate<Method> woven) {
		this.reader = reader;
		this.woven = woven;
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
		return specs.isEmpty() ? null : specs.get(Inheritance.specific(method, ClassUtils.getUserClass(beanType)));
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
		Set<Class<?>> hierarchy = Inheritance.hierarchy(type);
		if (hierarchy.stream().noneMatch((each) -> this.annotatedTypes.computeIfAbsent(each, AnnotatedMethods::scan))) {
			return Map.of();
		}
		Map<Method, DependencySpec> specs = new LinkedHashMap<>();
		List<MergedAnnotation<Dependency>> onType = this.reader.onType(type);
		hierarchy.addAll(Inheritance.interfaces(type));
		for (Class<?> each : hierarchy) {
			for (Method declared : each.getDeclaredMethods()) {
				if (declared.isBridge() || declared.isSynthetic()
						|| (Inheritance.isForeign(each) && !isPartOf(declared, onType))) {
					continue;
				}
				if (isOnClass(onType) || isAnnotated(declared)) {
					Interceptability.refuseFactoryMethod(declared);
				}
				Method method = Inheritance.specific(declared, type);
				if (!specs.containsKey(method)) {
					DependencySpec spec = this.reader.read(method, declared, type, onType);
					if (spec != null) {
						specs.put(method, spec);
					}
				}
			}
		}
		removeFallbacks(specs);
		specs.keySet().forEach((method) -> Interceptability.refuseIfNotInterceptable(method, type, this.woven));
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

	/** Whether a class, or one of its interfaces, carries the annotation anywhere. */
	static boolean isAnnotated(Class<?> type) {
		return Inheritance.hierarchy(ClassUtils.getUserClass(type)).stream().anyMatch(AnnotatedMethods::scan);
	}

	// what an annotated interface has from Spring Data or the JDK is a part of it
	private static boolean isPartOf(Method foreign, List<MergedAnnotation<Dependency>> onType) {
		return Modifier.isAbstract(foreign.getModifiers()) && onType.stream()
			.anyMatch((annotation) -> annotation.getSource() instanceof Class<?> source && source.isInterface()
					&& foreign.getDeclaringClass().isAssignableFrom(source));
	}

	private static boolean isOnClass(List<MergedAnnotation<Dependency>> onType) {
		return onType.stream()
			.anyMatch((annotation) -> annotation.getSource() instanceof Class<?> source && !source.isInterface());
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

}
