package dev.resilience.interceptor;

import java.lang.reflect.Method;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Tells the methods that Spring calls to initialize a bean: on the bean itself, before it
 * has a proxy.
 */
final class Initialization {

	private static final String POST_CONSTRUCT = "jakarta.annotation.PostConstruct";

	private Initialization() {
	}

	static boolean calls(Method method) {
		return MergedAnnotations.from(method).isPresent(POST_CONSTRUCT)
				|| (method.getName().equals("afterPropertiesSet") && method.getParameterCount() == 0
						&& InitializingBean.class.isAssignableFrom(method.getDeclaringClass()));
	}

}
