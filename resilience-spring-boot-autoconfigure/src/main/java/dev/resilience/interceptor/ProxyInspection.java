package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;

import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.util.ClassUtils;

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
		Class<?> target = AopProxyUtils.ultimateTargetClass(bean);
		return !Proxy.isProxyClass(bean.getClass())
				|| Arrays.stream(bean.getClass().getInterfaces()).anyMatch((type) -> hasMethod(type, method, target));
	}

	private static boolean isAdvised(Advised advised) {
		return Arrays.stream(advised.getAdvisors()).anyMatch(ProxyInspection::isOurs);
	}

	private static boolean isOurs(Advisor advisor) {
		return advisor.getAdvice() instanceof DependencyInterceptor;
	}

	private static boolean hasMethod(Class<?> type, Method method, Class<?> target) {
		return Arrays.stream(type.getMethods())
			.anyMatch((candidate) -> candidate.getName().equals(method.getName())
					&& Inheritance.isSame(candidate, method, target));
	}

	/**
	 * Why beans of a kind are never proxied.
	 * @return the reason, {@code null} if there is none
	 */
	static @Nullable String reasonAgainst(ConfigurableListableBeanFactory beans, String name, Class<?> beanType) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		for (Class<?> infrastructure : new Class<?>[] { Advice.class, Advisor.class, Pointcut.class,
				AopInfrastructureBean.class }) {
			if (infrastructure.isAssignableFrom(type)) {
				return "Spring proxies no %s".formatted(infrastructure.getName());
			}
		}
		if (name.equals(type.getName() + AutowireCapableBeanFactory.ORIGINAL_INSTANCE_SUFFIX)) {
			return "its name asks for the original instance, without a proxy";
		}
		return (beans.containsBeanDefinition(name)
				&& beans.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition
				&& definition.isSynthetic()) ? "its definition is synthetic, and such beans are not proxied" : null;
	}

	static String reason(Object bean) {
		if (bean instanceof Advised advised && isAdvised(advised)) {
			return "its proxy implements interfaces only, and none of them declares the method";
		}
		return "the bean was created before it could be proxied, its class cannot be proxied, or a BeanPostProcessor has wrapped its proxy in something else";
	}

}
