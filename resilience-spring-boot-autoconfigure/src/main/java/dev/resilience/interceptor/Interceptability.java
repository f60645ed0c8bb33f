package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Refuses annotated methods that a proxy cannot intercept, and those whose interception
 * would guard the making of a bean and not its calls.
 */
final class Interceptability {

	private Interceptability() {
	}

	static void refuseIfNotInterceptable(Method method, Class<?> type, Predicate<Method> woven) {
		if (FactoryBean.class.isAssignableFrom(type) && method.getName().equals("getObject")
				&& method.getParameterCount() == 0) {
			throw guardsTheMaking("method", method);
		}
		if (SuspendingFunctions.isSuspending(method)) {
			SuspendingFunctions.refuseWithoutLibraries(method, type.getClassLoader());
		}
		String reason = reasonAgainst(method, type, woven.test(method));
		if (reason != null) {
			throw new InvalidDependencyException(
					"The @Dependency method %s cannot be intercepted, because %s: it would run unguarded"
						.formatted(DependencySpec.signature(method), reason),
					"Make it an instance method that is neither private nor final, of a class that is not final, and call it from another bean."
							+ " Private and final methods can be guarded by weaving their class (resilience.weaving).");
		}
	}

	private static @Nullable String reasonAgainst(Method method, Class<?> type, boolean woven) {
		if (Modifier.isStatic(method.getModifiers())) {
			return "it is static";
		}
		if (!woven && Modifier.isPrivate(method.getModifiers())) {
			return "it is private";
		}
		if (!woven && Modifier.isFinal(method.getModifiers())) {
			return "it is final";
		}
		if (!woven && isHiddenFrom(method, type)) {
			return "it is package-private in another package than " + type.getName();
		}
		return (Modifier.isFinal(type.getModifiers()) && !Proxy.isProxyClass(type) && !ClassUtils.isLambdaClass(type))
				? "its class is final" : null;
	}

	/**
	 * Refuses an annotated method that makes a bean.
	 */
	static void refuseFactoryMethod(Method method) {
		if (MergedAnnotations.from(method).isPresent(Bean.class)) {
			throw guardsTheMaking("@Bean method", method);
		}
	}

	private static InvalidDependencyException guardsTheMaking(String kind, Method method) {
		return new InvalidDependencyException(
				"@Dependency on the %s %s does not guard the bean that the method makes: its calls would run unguarded"
					.formatted(kind, DependencySpec.signature(method)),
				"Annotate the methods of the bean's class or interface. For a lambda of a type that is not yours, use the bean Dependencies in it: (…) -> dependencies.call(\"name\", () -> …).");
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

}
