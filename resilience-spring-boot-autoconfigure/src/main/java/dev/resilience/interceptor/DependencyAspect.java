package dev.resilience.interceptor;

import java.lang.reflect.Method;

import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.DeclarePrecedence;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

/**
 * Guards annotated methods of woven classes when they are called past a proxy: private
 * and final ones, those that an object calls on itself, and those of objects that are no
 * beans. They go through the very operations that proxies call. Calls that come through a
 * proxy are left alone: they are guarded.
 *
 * <p>
 * For AspectJ's load-time weaving, together with the property
 * {@code resilience.weaving: aspectj}; without it the aspect does nothing. Seen are
 * methods that carry {@link dev.resilience.Dependency} themselves, and the public methods
 * of classes that do, also by a meta-annotation; not those that an interface or a
 * superclass annotates, and no suspending functions. Outside of other aspects, such as
 * transactions.
 */
@Aspect
@DeclarePrecedence("dev.resilience.interceptor.DependencyAspect, *")
public final class DependencyAspect {

	private static final String METHODS = "execution(@dev.resilience.Dependency !static * *(..))"
			+ " || execution(@(@dev.resilience.Dependency *) !static * *(..))"
			+ " || execution(@(@(@dev.resilience.Dependency *) *) !static * *(..))";

	private static final String TYPES = "within(@dev.resilience.Dependency *)"
			+ " || within(@(@dev.resilience.Dependency *) *) || within(@(@(@dev.resilience.Dependency *) *) *)";

	private static final String GUARDED = "(" + METHODS + " || (execution(public !static * *(..)) && (" + TYPES
			+ "))) && !within(org.springframework.aop.SpringProxy+)";

	private static final DependencyAspect INSTANCE = new DependencyAspect();

	private DependencyAspect() {
	}

	/**
	 * The aspect, for woven classes; also where the weaver has not been told to weave
	 * this class.
	 * @return the only instance
	 */
	public static DependencyAspect aspectOf() {
		return INSTANCE;
	}

	/**
	 * Whether there is an instance.
	 * @return {@code true}
	 */
	public static boolean hasAspect() {
		return true;
	}

	/**
	 * Guard a call that has not come through a proxy.
	 * @param call the call
	 * @return what the method, or a way out, returned
	 * @throws Throwable what the method or the guard threw
	 */
	@Around(value = GUARDED, argNames = "call")
	public @Nullable Object guard(ProceedingJoinPoint call) throws Throwable {
		if (!WovenCalls.isActive()) {
			return call.proceed();
		}
		Method method = ((MethodSignature) call.getSignature()).getMethod();
		return WovenCalls.call(call.getThis(), method, call.getArgs(), call::proceed);
	}

	/**
	 * Answer the question whether the aspect is woven.
	 * @return {@code true}
	 */
	@Around("execution(boolean dev.resilience.interceptor.WeavingProbe.isWoven())")
	public boolean isWoven() {
		return true;
	}

}
