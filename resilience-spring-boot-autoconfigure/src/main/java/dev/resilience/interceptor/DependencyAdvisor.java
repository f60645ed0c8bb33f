package dev.resilience.interceptor;

import java.lang.reflect.Method;

import dev.resilience.Dependency;
import org.aopalliance.aop.Advice;

import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcher;

/**
 * Guards the annotated methods of all beans. Its order is
 * {@link Dependency#ADVISOR_ORDER}.
 */
public final class DependencyAdvisor extends AbstractPointcutAdvisor {

	private final transient Advice advice;

	private final transient Pointcut pointcut;

	/**
	 * Create the advisor.
	 * @param catalog knows the annotated methods
	 */
	public DependencyAdvisor(OperationCatalog catalog) {
		this(catalog, new DependencyInterceptor(catalog), Dependency.ADVISOR_ORDER);
	}

	DependencyAdvisor(OperationCatalog catalog, Advice advice, int order) {
		this.advice = advice;
		this.pointcut = new AnnotatedPointcut(catalog.methods());
		setOrder(order);
	}

	@Override
	public Pointcut getPointcut() {
		return this.pointcut;
	}

	@Override
	public Advice getAdvice() {
		return this.advice;
	}

	private record AnnotatedPointcut(AnnotatedMethods methods) implements Pointcut {

		@Override
		public ClassFilter getClassFilter() {
			return (type) -> !this.methods.of(type).isEmpty();
		}

		@Override
		public MethodMatcher getMethodMatcher() {
			return new StaticMethodMatcher() {
				@Override
				public boolean matches(Method method, Class<?> targetClass) {
					return AnnotatedPointcut.this.methods.find(method, targetClass) != null;
				}
			};
		}

	}

}
