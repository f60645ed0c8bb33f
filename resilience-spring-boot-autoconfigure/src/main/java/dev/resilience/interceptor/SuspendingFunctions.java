package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Kotlin's suspending functions. Spring hands their results over to interceptors as a
 * {@code Mono}, a {@code Flow} as a {@code Flux}; their last parameter, the continuation,
 * is the compiler's.
 */
final class SuspendingFunctions {

	private static final String UNIT = "kotlin.Unit";

	private static final String[] NEEDED = { "kotlin.reflect.full.KCallables", "kotlinx.coroutines.reactor.MonoKt",
			"reactor.core.publisher.Mono" };

	private SuspendingFunctions() {
	}

	static boolean isSuspending(Method method) {
		return KotlinDetector.isSuspendingFunction(method);
	}

	/**
	 * Refuses a suspending function that Spring does not hand over.
	 * @param classLoader the class loader of the application
	 */
	static void refuseWithoutLibraries(Method function, @Nullable ClassLoader classLoader) {
		if (!Arrays.stream(NEEDED).allMatch((name) -> ClassUtils.isPresent(name, classLoader))) {
			throw new InvalidDependencyException(
					"The @Dependency method %s cannot be intercepted, because it is a suspending function and Kotlin's libraries for that are absent"
						.formatted(DependencySpec.signature(function)),
					"Add org.jetbrains.kotlin:kotlin-reflect and org.jetbrains.kotlinx:kotlinx-coroutines-reactor, whose versions Spring Boot manages, or let the method return a Mono.");
		}
	}

	/**
	 * The type of what a suspending function returns, {@code void} if that is nothing.
	 */
	static ResolvableType returned(Method function, Class<?> owner) {
		ResolvableType continuation = ResolvableType.forMethodParameter(function, parameterCount(function), owner);
		ResolvableType returned = continuation.getGeneric(0);
		return returned.toClass().getName().equals(UNIT) ? ResolvableType.forClass(void.class) : returned;
	}

	/** How many parameters a method has in its source. */
	static int parameterCount(Method method) {
		return isSuspending(method) ? method.getParameterCount() - 1 : method.getParameterCount();
	}

	/** The types of the parameters that a method has in its source. */
	static Class<?>[] parameterTypes(Method method) {
		return Arrays.copyOf(method.getParameterTypes(), parameterCount(method));
	}

}
