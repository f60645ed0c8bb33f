package dev.resilience.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import dev.resilience.Dependency;
import org.jspecify.annotations.Nullable;

import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Tells which methods are woven, so that they are guarded whoever calls them.
 */
public final class WovenMethods {

	/** Without weaving. */
	public static final WovenMethods NONE = new WovenMethods((method) -> false);

	// where the weaver puts the body of a method that an aspect surrounds
	private static final Pattern BODY = Pattern.compile("_aroundBody\\d+");

	// the pointcut of the aspect sees no farther
	private static final int FARTHEST = 2;

	private final Predicate<Method> woven;

	private WovenMethods(Predicate<Method> woven) {
		this.woven = woven;
	}

	/**
	 * The methods that the active weaver has woven, or may weave when an application that
	 * is processed ahead of time starts.
	 * @param classLoader where the application's classes are
	 * @return the methods
	 * @throws InvalidDependencyException if there is no weaver
	 */
	public static WovenMethods active(@Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("org.aspectj.lang.ProceedingJoinPoint", classLoader)) {
			throw new InvalidDependencyException(
					"'resilience.weaving' is 'aspectj', but org.aspectj:aspectjweaver is not on the class path",
					"Add org.aspectj:aspectjweaver and start the application with it as -javaagent, or remove 'resilience.weaving'.");
		}
		if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			// nothing is woven yet when an application is built: its start will tell
			return new WovenMethods(WovenMethods::isSeen);
		}
		if (!WeavingProbe.isWoven()) {
			throw new InvalidDependencyException(
					"'resilience.weaving' is 'aspectj', but no weaver of AspectJ applies the aspect %s: private, final and self-called methods would run unguarded"
						.formatted(DependencyAspect.class.getName()),
					"Start the application with -javaagent:aspectjweaver.jar, name the aspect in META-INF/aop.xml and include there '%s' and the application's own packages; or remove 'resilience.weaving'."
						.formatted(WeavingProbe.class.getName()));
		}
		return new WovenMethods((method) -> isSeen(method) && hasWovenBody(method));
	}

	/**
	 * Whether calls of a method are guarded however they come.
	 * @param method the method
	 * @return whether it is woven
	 */
	public boolean isWoven(Method method) {
		return this.woven.test(method);
	}

	private static boolean isSeen(Method method) {
		return !SuspendingFunctions.isSuspending(method)
				&& (isNear(method) || (Modifier.isPublic(method.getModifiers()) && isNear(method.getDeclaringClass())));
	}

	private static boolean isNear(AnnotatedElement element) {
		MergedAnnotation<Dependency> annotation = MergedAnnotations.from(element).get(Dependency.class);
		return annotation.isPresent() && annotation.getDistance() <= FARTHEST;
	}

	private static boolean hasWovenBody(Method method) {
		return Arrays.stream(method.getDeclaringClass().getDeclaredMethods())
			.anyMatch((candidate) -> Modifier.isStatic(candidate.getModifiers())
					&& candidate.getName().startsWith(method.getName())
					&& BODY.matcher(candidate.getName().substring(method.getName().length())).matches()
					&& takesArguments(candidate.getParameterTypes(), method));
	}

	// the object, the arguments and the join point
	private static boolean takesArguments(Class<?>[] actual, Method method) {
		Class<?>[] expected = method.getParameterTypes();
		return actual.length == expected.length + 2 && actual[0] == method.getDeclaringClass()
				&& Arrays.equals(actual, 1, expected.length + 1, expected, 0, expected.length);
	}

}
