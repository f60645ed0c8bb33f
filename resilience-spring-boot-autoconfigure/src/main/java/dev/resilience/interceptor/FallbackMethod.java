package dev.resilience.interceptor;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.Supplier;

import dev.resilience.PartialFailureException;
import dev.resilience.guard.Failure;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * A fallback method, checked when the application started.
 */
final class FallbackMethod {

	private final Method method;

	private final int parameters;

	private final @Nullable Class<?> exceptionType;

	private final @Nullable Supplier<Object> bean;

	// an HTTP client's own proxy cannot call default methods of an interface that is not
	// public
	private final @Nullable MethodHandle handle;

	/**
	 * Create a fallback.
	 * @param method the method, accessible
	 * @param parameters how many arguments of the call it takes
	 * @param exceptionType the type of its last parameter, {@code null} if it takes no
	 * exception
	 * @param bean the bean that has the method, {@code null} for the called object itself
	 */
	FallbackMethod(Method method, int parameters, @Nullable Class<?> exceptionType, @Nullable Supplier<Object> bean) {
		this.method = method;
		this.parameters = parameters;
		this.exceptionType = exceptionType;
		this.bean = bean;
		this.handle = (bean == null && method.isDefault()) ? handle(method) : null;
	}

	private static MethodHandle handle(Method method) {
		Class<?> type = method.getDeclaringClass();
		try {
			return MethodHandles.privateLookupIn(type, MethodHandles.lookup()).unreflectSpecial(method, type);
		}
		catch (IllegalAccessException ex) {
			throw new InvalidDependencyException(
					"The fallback method %s cannot be called".formatted(DependencySpec.signature(method)),
					"Make it public, or open its package to reflection.", ex);
		}
	}

	/** Whether it takes this failure. */
	boolean serves(Failure failure) {
		return this.exceptionType == null || this.exceptionType == Throwable.class
				|| this.exceptionType.isInstance(failure.exception());
	}

	/** Whether it was made for calls that fail partially. */
	boolean takesPartialFailures() {
		return this.exceptionType != null && PartialFailureException.class.isAssignableFrom(this.exceptionType);
	}

	/** Whether there is no failure that it does not serve. */
	boolean servesAll() {
		return this.exceptionType == null || this.exceptionType.isAssignableFrom(Exception.class);
	}

	/** How much narrower than others its exception type is: ancestors come later. */
	int depth() {
		int depth = 0;
		for (Class<?> each = this.exceptionType; each != null; each = each.getSuperclass()) {
			depth++;
		}
		return depth;
	}

	@Nullable Object call(Work work, Failure failure) throws Throwable {
		@Nullable Object[] given = work.arguments();
		@Nullable Object[] arguments = Arrays.copyOf(given, this.method.getParameterCount());
		if (this.exceptionType != null) {
			arguments[this.parameters] = failure.exception();
		}
		Object target = (this.bean != null) ? this.bean.get() : work.target();
		if (SuspendingFunctions.isSuspending(this.method)) {
			arguments[arguments.length - 1] = given[given.length - 1];
			return AopUtils.invokeJoinpointUsingReflection(target, this.method, arguments);
		}
		return ReturnForms.published(invoke(target, arguments), this.method.getReturnType());
	}

	private @Nullable Object invoke(@Nullable Object target, @Nullable Object[] arguments) throws Throwable {
		if (this.handle != null && target != null && Proxy.isProxyClass(target.getClass())) {
			return this.handle.bindTo(target).invokeWithArguments(arguments);
		}
		try {
			return this.method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

}
