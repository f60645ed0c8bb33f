package dev.resilience.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.StringValueResolver;

/**
 * Mirrors the annotations of a method into a spec: the nearest annotation of the method
 * refines that of its type.
 */
final class DependencySpecReader {

	private final StringValueResolver placeholders;

	private final Map<String, Duration> durations = new ConcurrentHashMap<>();

	DependencySpecReader(StringValueResolver placeholders) {
		this.placeholders = placeholders;
	}

	/**
	 * Read the annotations of a method.
	 * @param method the method that runs
	 * @param declared the same, or the method of an interface for which it stands without
	 * its class knowing that
	 * @param type the class of the bean
	 * @param onType the annotations of that class and of its interfaces
	 * @return what they say, {@code null} if there are none
	 */
	@Nullable DependencySpec read(Method method, Method declared, Class<?> type, List<MergedAnnotation<Dependency>> onType) {
		List<MergedAnnotation<Dependency>> annotations = new ArrayList<>();
		List<MergedAnnotation<Dependency>> own = list(MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY));
		if (own.isEmpty()) {
			own = list(MergedAnnotations.from(declared, SearchStrategy.TYPE_HIERARCHY));
		}
		if (!own.isEmpty()) {
			refuseContradictions(own, method);
			annotations.add(own.get(0));
		}
		List<MergedAnnotation<Dependency>> applicable = onType.stream()
			.filter((annotation) -> annotation.getSource() instanceof Class<?> source
					&& isPublicIn(method, source, type))
			.toList();
		if (!applicable.isEmpty()) {
			refuseContradictions(applicable, method);
			annotations.add(applicable.get(0));
		}
		return annotations.isEmpty() ? null : merge(method, type, annotations);
	}

	private static List<MergedAnnotation<Dependency>> list(MergedAnnotations annotations) {
		return annotations.stream(Dependency.class).toList();
	}

	List<MergedAnnotation<Dependency>> onType(Class<?> type) {
		return list(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
	}

	// an annotated type stands for its own public methods, not for all of the bean's
	private static boolean isPublicIn(Method method, Class<?> source, Class<?> type) {
		return !Modifier.isStatic(method.getModifiers()) && !ReflectionUtils.isObjectMethod(method)
				&& Arrays.stream(source.getMethods())
					.filter((candidate) -> candidate.getName().equals(method.getName())
							&& candidate.getParameterCount() == method.getParameterCount())
					.anyMatch((candidate) -> Inheritance.isSame(candidate, method, type));
	}

	private static void refuseContradictions(List<MergedAnnotation<Dependency>> annotations, Method method) {
		MergedAnnotation<Dependency> nearest = annotations.get(0);
		for (MergedAnnotation<Dependency> other : annotations.subList(1, annotations.size())) {
			if (mayRefine(nearest, other)) {
				continue;
			}
			if (contradict(nearest, other, "name") || contradict(nearest, other, "type")) {
				throw new InvalidDependencyException(
						"Two @Dependency annotations contradict each other on %s: %s at %s, and %s at %s".formatted(
								DependencySpec.signature(method), text(nearest), nearest.getSource(), text(other),
								other.getSource()),
						"Remove one of them, or let both say the same name and type.");
			}
		}
	}

	// a class may say something else than its superclass, but not than its interfaces
	private static boolean mayRefine(MergedAnnotation<Dependency> nearest, MergedAnnotation<Dependency> other) {
		Class<?> here = declaring(nearest.getSource());
		Class<?> there = declaring(other.getSource());
		return here != null && there != null && here != there && !there.isInterface() && there.isAssignableFrom(here);
	}

	private static @Nullable Class<?> declaring(@Nullable Object source) {
		return (source instanceof Method method) ? method.getDeclaringClass()
				: ((source instanceof Class<?> type) ? type : null);
	}

	private static boolean contradict(MergedAnnotation<Dependency> one, MergedAnnotation<Dependency> two,
			String attribute) {
		return one.hasNonDefaultValue(attribute) && two.hasNonDefaultValue(attribute)
				&& !one.getValue(attribute).equals(two.getValue(attribute));
	}

	private static String text(MergedAnnotation<Dependency> annotation) {
		return "(name = \"%s\", type = %s)".formatted(annotation.getString("name"),
				annotation.getEnum("type", DependencyType.class));
	}

	private DependencySpec merge(Method method, Class<?> type, List<MergedAnnotation<Dependency>> annotations) {
		String name = first(annotations, "name", String.class);
		name = (name != null) ? resolve("name", name, method) : defaultName(annotations.get(0), method);
		DependencyType declared = first(annotations, "type", DependencyType.class);
		String timeout = first(annotations, "timeout", String.class);
		String fallback = first(annotations, "fallback", String.class);
		@SuppressWarnings("unchecked")
		Class<? extends Throwable>[] ignore = first(annotations, "ignore", Class[].class);
		boolean idempotent = annotations.stream().anyMatch((annotation) -> annotation.getBoolean("idempotent"));
		if (!StringUtils.hasText(name)) {
			throw new InvalidDependencyException(
					"The name of the dependency on %s is empty".formatted(DependencySpec.signature(method)),
					"Name the dependency: @Dependency(name = \"…\").");
		}
		Class<?> owner = (type.isInterface() || Proxy.isProxyClass(type)) ? method.getDeclaringClass() : type;
		return new DependencySpec(method, owner, name, (declared != null) ? declared : DependencyType.UNCLASSIFIED,
				Settings.ofAnnotation(declared, (timeout != null) ? duration(timeout, method) : null,
						(fallback != null) ? fallback(fallback, method) : null, idempotent ? true : null,
						(ignore != null) ? List.of(ignore) : null));
	}

	private static <T> @Nullable T first(List<MergedAnnotation<Dependency>> annotations, String attribute,
			Class<T> type) {
		for (MergedAnnotation<Dependency> annotation : annotations) {
			if (annotation.hasNonDefaultValue(attribute)) {
				return annotation.getValue(attribute, type).orElse(null);
			}
		}
		return null;
	}

	private static String defaultName(MergedAnnotation<Dependency> annotation, Method method) {
		AnnotatedElement source = (annotation.getSource() instanceof AnnotatedElement element) ? element : method;
		Class<?> declaring = (source instanceof Class<?> type) ? type
				: ((source instanceof Method annotated) ? annotated : method).getDeclaringClass();
		return declaring.getSimpleName()
			.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
			.replaceAll("([A-Z])([A-Z][a-z])", "$1-$2")
			.toLowerCase(Locale.ROOT);
	}

	private @Nullable String fallback(String text, Method method) {
		String fallback = resolve("fallback", text, method);
		if (PolicyResolver.fallbackMethod(fallback) == null && !PolicyResolver.LAST_GOOD.equals(fallback)) {
			throw new InvalidDependencyException(
					"@Dependency(fallback = \"%s\") on %s names no method".formatted(text,
							DependencySpec.signature(method)),
					"Name a method of the same class, or beanName#method, or \"last-good\". Words that describe the fallback belong into the property 'fallback' of the dependency.");
		}
		return fallback;
	}

	private @Nullable String resolve(String attribute, String text, Method method) {
		try {
			return this.placeholders.resolveStringValue(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidDependencyException(
					"@Dependency(%s = \"%s\") on %s has a placeholder that does not resolve".formatted(attribute, text,
							DependencySpec.signature(method)),
					"Define the property, or give the placeholder a default: \"${key:default}\".", ex);
		}
	}

	private Duration duration(String text, Method method) {
		String resolved = null;
		try {
			resolved = this.placeholders.resolveStringValue(text);
			// few different ones in many annotations
			return this.durations.computeIfAbsent((resolved != null) ? resolved : "", DurationStyle::detectAndParse);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidDependencyException(
					"@Dependency(timeout = \"%s\") on %s is no duration%s".formatted(text,
							DependencySpec.signature(method),
							(resolved != null && !resolved.equals(text)) ? ", it resolves to '" + resolved + "'" : ""),
					"Write the timeout as \"3s\", \"500ms\" or \"PT3S\", or as a placeholder that resolves to one of these.",
					ex);
		}
	}

}
