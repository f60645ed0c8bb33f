package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Verifies that annotated beans are guarded: a bean may escape the proxy without a word.
 *
 * @param beans the beans
 * @param woven whether a method is guarded without a proxy
 */
record ProxyVerification(ConfigurableListableBeanFactory beans, Predicate<Method> woven) {

	void verify(String name, Class<?> type, Collection<DependencySpec> specs) {
		Object bean = singleton(name);
		if (bean != null && Substitutes.isSubstitute(this.beans, name, bean)) {
			return;
		}
		String reason = ProxyInspection.reasonAgainst(this.beans, name, type);
		for (DependencySpec spec : specs) {
			if (this.woven.test(spec.method())) {
				continue;
			}
			if (bean != null && !ProxyInspection.isGuarded(bean, spec.method())) {
				throw unguarded(name, spec.method(), (reason != null) ? reason : ProxyInspection.reason(bean));
			}
			if (bean == null && reason != null) {
				throw unguarded(name, spec.method(), reason);
			}
		}
	}

	// what a factory makes is not asked for: that would make it
	private @Nullable Object singleton(String name) {
		return (this.beans.containsSingleton(name) && !this.beans.isFactoryBean(name)) ? this.beans.getSingleton(name)
				: null;
	}

	private static InvalidDependencyException unguarded(String name, Method method, String reason) {
		return new InvalidDependencyException(
				"The @Dependency method %s of bean '%s' is not guarded: %s".formatted(DependencySpec.signature(method),
						name, reason),
				"Let no BeanPostProcessor or early infrastructure bean depend on '%s'; with spring.aop.proxy-target-class=false declare the method on an interface."
					.formatted(name));
	}

}
