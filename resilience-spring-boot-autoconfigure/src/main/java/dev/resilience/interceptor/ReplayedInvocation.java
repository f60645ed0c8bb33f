package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AdvisorChainFactory;
import org.springframework.aop.framework.DefaultAdvisorChainFactory;
import org.springframework.aop.framework.ReflectiveMethodInvocation;

/**
 * A call that was stored, made again: with the advice that comes after the guard
 * (transactions, caching), and without what its caller has passed already (security).
 */
final class ReplayedInvocation extends ReflectiveMethodInvocation {

	private static final AdvisorChainFactory CHAINS = new DefaultAdvisorChainFactory();

	private ReplayedInvocation(Object proxy, Object target, Method method, @Nullable Object[] arguments,
			List<Object> advice) {
		super(proxy, target, method, arguments, target.getClass(), advice);
	}

	static ReplayedInvocation of(Object bean, Method method, @Nullable Object[] arguments) throws Exception {
		if (!(bean instanceof Advised advised)) {
			throw new IllegalStateException(
					"The bean of " + DependencySpec.signature(method) + " is no proxy that can be looked into");
		}
		Object target = advised.getTargetSource().getTarget();
		if (target == null) {
			throw new IllegalStateException("The bean of " + DependencySpec.signature(method) + " has no target");
		}
		List<Object> advice = CHAINS.getInterceptorsAndDynamicInterceptionAdvice(advised, method, target.getClass());
		int guard = 0;
		while (guard < advice.size() && !(advice.get(guard) instanceof DependencyInterceptor)) {
			guard++;
		}
		if (guard == advice.size()) {
			throw new IllegalStateException(DependencySpec.signature(method) + " is not guarded on its bean");
		}
		return new ReplayedInvocation(bean, target, method, arguments, advice.subList(guard + 1, advice.size()));
	}

}
