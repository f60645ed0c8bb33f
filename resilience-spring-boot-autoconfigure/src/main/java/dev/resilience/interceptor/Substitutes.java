package dev.resilience.interceptor;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Tells the beans that the container did not make: objects that were handed to it, and
 * what a test puts into the place of a bean. Nothing can be expected to guard them.
 */
final class Substitutes {

	private static final String OVERRIDE = "org.springframework.test.context.bean.override.BeanOverride";

	private static final String MOCKITO = "org.mockito.Mockito";

	private Substitutes() {
	}

	static boolean isSubstitute(ConfigurableListableBeanFactory beans, String name, Object bean) {
		return !beans.containsBeanDefinition(name) || isReplacement(beans, name, bean);
	}

	/** Whether it is what a test puts into the place of a bean. */
	static boolean isReplacement(ConfigurableListableBeanFactory beans, String name, Object bean) {
		return isOverride(beans, name) || isMock(bean, beans.getBeanClassLoader());
	}

	private static boolean isOverride(ConfigurableListableBeanFactory beans, String name) {
		AnnotatedElement field = (beans.containsBeanDefinition(name)
				&& beans.getBeanDefinition(name) instanceof RootBeanDefinition definition)
						? definition.getQualifiedElement() : null;
		return field != null && MergedAnnotations.from(field).isPresent(OVERRIDE);
	}

	// the class of a mock may be the mocked class itself
	private static boolean isMock(Object bean, @Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent(MOCKITO, classLoader)) {
			return false;
		}
		Class<?> mockito = ClassUtils.resolveClassName(MOCKITO, classLoader);
		Method details = ClassUtils.getMethod(mockito, "mockingDetails", Object.class);
		Method isMock = ClassUtils.getMethod(details.getReturnType(), "isMock");
		Object found = ReflectionUtils.invokeMethod(details, null, bean);
		return Boolean.TRUE.equals(ReflectionUtils.invokeMethod(isMock, found));
	}

}
