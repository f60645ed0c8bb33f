package dev.resilience.interceptor;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.Supplier;

import dev.resilience.guard.Failure;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

/**
 * A fallback method, checked when the application started.
 */
final class FallbackMethod implements WayOut {

	private final Method method;

	private final @Nullable Class<?> exceptionType;

	private final @Nullable Supplier<Object> bean;

	/**
	 * Create a fallback.
	 * @param method the method, accessible
	 * @param exceptionType the type of its last parameter, {@code null} if it takes no
	 * exception
	 * @param bean the bean that has the method, {@code null} for the called object itself
	 */
	FallbackMethod(Method method, @Nullable Class<?> exceptionType, @Nullable Supplier<Object> bean) {
		this.method = method;
		this.exceptionType = exceptionType;
		this.bean = bean;
	}

	@Override
	public boolean serves(Work work, Failure failure) {
		return this.exceptionType == null || this.exceptionType == Throwable.class
				|| this.exceptionType.isInstance(failure.exception());
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

	@Override
	public @Nullable Object apply(Work work, Failure failure) throws Throwable {
		@Nullable Object[] arguments = work.arguments();
		if (this.exceptionType != null) {
			arguments = Arrays.copyOf(arguments, arguments.length + 1);
			arguments[arguments.length - 1] = failure.exception();
		}
		try {
			return this.method.invoke((this.bean != null) ? this.bean.get() : work.target(), arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

}
