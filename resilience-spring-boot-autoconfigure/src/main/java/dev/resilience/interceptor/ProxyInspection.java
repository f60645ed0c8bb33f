package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;

/**
 * Looks whether a bean's proxy really guards a method.
 */
final class ProxyInspection {

	private ProxyInspection() {
	}

	static boolean isGuarded(Object bean, Method method) {
		if (!(bean instanceof Advised advised) || !isAdvised(advised)) {
			return false;
		}
		// a JDK proxy has the methods of its interfaces only
		return !Proxy.isProxyClass(bean.getClass())
				|| Arrays.stream(bean.getClass().getInterfaces()).anyMatch((type) -> hasMethod(type, method));
	}

	private static boolean isAdvised(Advised advised) {
		return Arrays.stream(advised.getAdvisors()).anyMatch(ProxyInspection::isOurs);
	}

	private static boolean isOurs(Advisor advisor) {
		return advisor.getAdvice() instanceof DependencyInterceptor;
	}

	private static boolean hasMethod(Class<?> type, Method method) {
		return Arrays.stream(type.getMethods())
			.anyMatch((candidate) -> candidate.getName().equals(method.getName())
					&& candidate.getParameterCount() == method.getParameterCount());
	}

	static String reason(Object bean) {
		if (bean instanceof Advised advised && isAdvised(advised)) {
			return "its proxy implements interfaces only, and none of them declares the method";
		}
		return "the bean was created before it could be proxied, or its class cannot be proxied";
	}

}
