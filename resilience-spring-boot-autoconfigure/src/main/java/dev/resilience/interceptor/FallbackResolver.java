package dev.resilience.interceptor;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the method that a fallback names, and says why none of the candidates will do.
 */
final class FallbackResolver {

	private final BeanFactory beans;

	FallbackResolver(BeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Find the fallback methods.
	 * @param fallback a method of the same class, or {@code bean#method}
	 * @param origin where the fallback is named
	 * @param guarded the guarded method
	 * @param beanType the class of the guarded bean
	 * @return the methods, those with the narrowest exception first
	 * @throws InvalidDependencyException if there is none
	 */
	List<FallbackMethod> resolve(String fallback, String origin, Method guarded, Class<?> beanType) {
		int hash = fallback.indexOf('#');
		String name = fallback.substring(hash + 1);
		Class<?> type = ClassUtils.getUserClass(beanType);
		Supplier<Object> bean = null;
		if (hash >= 0) {
			String beanName = fallback.substring(0, hash);
			type = beanType(beanName, fallback, origin, guarded);
			bean = () -> this.beans.getBean(beanName);
		}
		List<String> rejected = new ArrayList<>();
		List<FallbackMethod> found = new ArrayList<>();
		for (Method candidate : candidates(type, name)) {
			String reason = (candidate.equals(guarded)) ? "it is the guarded method itself"
					: reasonAgainst(candidate, guarded, beanType, type, bean != null);
			if (reason != null) {
				rejected.add("  - %s: %s".formatted(DependencySpec.signature(candidate), reason));
			}
			else {
				found.add(fallbackMethod(candidate, guarded, bean));
			}
		}
		if (found.isEmpty()) {
			rejected.sort(null);
			throw unresolved(fallback, origin, guarded, type, rejected);
		}
		found.sort(Comparator.comparingInt(FallbackMethod::depth).reversed());
		return found;
	}

	private Class<?> beanType(String bean, String fallback, String origin, Method guarded) {
		Class<?> type = null;
		try {
			type = this.beans.getType(bean);
		}
		catch (NoSuchBeanDefinitionException ex) {
			// told below
		}
		if (type == null) {
			throw new InvalidDependencyException(
					"The fallback '%s' of %s (%s) names the bean '%s', which does not exist".formatted(fallback,
							DependencySpec.signature(guarded), origin, bean),
					"Correct the name of the bean; the form is beanName#method.");
		}
		return ClassUtils.getUserClass(type);
	}

	private static Set<Method> candidates(Class<?> type, String name) {
		Set<Method> candidates = new LinkedHashSet<>();
		ReflectionUtils.doWithMethods(type, candidates::add,
				(method) -> method.getName().equals(name) && !method.isBridge() && !method.isSynthetic());
		candidates
			.removeIf((method) -> candidates.stream().anyMatch((other) -> other != method && overrides(other, method)));
		return candidates;
	}

	private static boolean overrides(Method one, Method other) {
		return !Modifier.isPrivate(other.getModifiers()) && other.getDeclaringClass() != one.getDeclaringClass()
				&& other.getDeclaringClass().isAssignableFrom(one.getDeclaringClass())
				&& Arrays.equals(one.getParameterTypes(), other.getParameterTypes());
	}

	private static @Nullable String reasonAgainst(Method candidate, Method guarded, Class<?> beanType, Class<?> type,
			boolean otherBean) {
		if (Modifier.isAbstract(candidate.getModifiers()) && !otherBean) {
			return "it is abstract";
		}
		if (otherBean && Modifier.isPrivate(candidate.getModifiers())) {
			return "it is private in another bean";
		}
		if (otherBean && Modifier.isFinal(candidate.getModifiers())) {
			return "it is final in another bean, whose proxy could not pass the call on";
		}
		if (otherBean && Interceptability.isHiddenFrom(candidate, type)) {
			return "it is package-private in another package than its bean, whose proxy could not pass the call on";
		}
		if (SuspendingFunctions.isSuspending(candidate) && !SuspendingFunctions.isSuspending(guarded)) {
			return "it is a suspending function, which only another one can have as its fallback";
		}
		if (SuspendingFunctions.isSuspending(candidate) && candidate.isDefault() && !otherBean) {
			return "it is a suspending default method, which the proxy of a client does not pass on";
		}
		Class<?>[] expected = SuspendingFunctions.parameterTypes(guarded);
		Class<?>[] actual = SuspendingFunctions.parameterTypes(candidate);
		boolean takesException = actual.length == expected.length + 1;
		if (actual.length != expected.length && !takesException) {
			return "it has %d parameters, allowed are the %d of the guarded method and optionally a Throwable last"
				.formatted(actual.length, expected.length);
		}
		for (int i = 0; i < expected.length; i++) {
			// a type variable may be bound by the bean's class
			Class<?> bound = ResolvableType.forMethodParameter(guarded, i, beanType).resolve(expected[i]);
			if (!ClassUtils.isAssignable(actual[i], bound)) {
				return "parameter %d is %s, must be %s".formatted(i + 1, actual[i].getSimpleName(),
						bound.getSimpleName());
			}
		}
		if (takesException && !Throwable.class.isAssignableFrom(actual[expected.length])) {
			return "its last parameter is %s, must be Throwable or an exception"
				.formatted(actual[expected.length].getSimpleName());
		}
		return returns(candidate, type, guarded, beanType) ? null : "it returns %s, must be %s".formatted(
				ReturnForms.type(candidate, type).getSimpleName(), ReturnForms.type(guarded, beanType).getSimpleName());
	}

	// the guarded method's type, or what its stage or publisher carries
	private static boolean returns(Method candidate, Class<?> type, Method guarded, Class<?> beanType) {
		Class<?> expected = ReturnForms.type(guarded, beanType);
		Class<?> actual = ReturnForms.type(candidate, type);
		if (expected == void.class || ClassUtils.isAssignable(expected, actual)) {
			return true;
		}
		if (SuspendingFunctions.isSuspending(guarded)) {
			// what Spring makes of it
			return ReturnForms.isPublisher(actual);
		}
		if (ReturnForms.isWrapper(expected)) {
			Class<?> carried = ResolvableType.forMethodReturnType(guarded, beanType)
				.getGeneric(0)
				.resolve(Object.class);
			return ReturnForms.isSameKind(expected, actual)
					|| (ClassUtils.isAssignable(carried, actual) && !ReturnForms.isWrapper(actual))
					|| (carried == Void.class && actual == void.class);
		}
		return false;
	}

	private static FallbackMethod fallbackMethod(Method candidate, Method guarded, @Nullable Supplier<Object> bean) {
		try {
			candidate.setAccessible(true);
		}
		catch (InaccessibleObjectException ex) {
			throw new InvalidDependencyException(
					"The fallback method %s cannot be called".formatted(DependencySpec.signature(candidate)),
					"Make it public, or open its package to reflection.", ex);
		}
		Class<?>[] parameters = SuspendingFunctions.parameterTypes(candidate);
		int given = SuspendingFunctions.parameterCount(guarded);
		Class<?> exceptionType = (parameters.length > given) ? parameters[given] : null;
		return new FallbackMethod(candidate, given, exceptionType, bean);
	}

	private static InvalidDependencyException unresolved(String fallback, String origin, Method guarded, Class<?> type,
			List<String> rejected) {
		String candidates = rejected.isEmpty()
				? " There is no method '%s' in %s".formatted(fallback.substring(fallback.indexOf('#') + 1),
						type.getName())
				: " Candidates:" + System.lineSeparator() + String.join(System.lineSeparator(), rejected);
		return new InvalidDependencyException(
				"The fallback '%s' of %s (%s) does not resolve.%s".formatted(fallback,
						DependencySpec.signature(guarded), origin, candidates),
				"Give it the parameters of the guarded method, optionally a Throwable or a narrower exception last, and a return type that fits. Words for the map contain a space.");
	}

}
