package dev.resilience.interceptor;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Refuses annotated beans that are created before anybody could proxy them: also
 * prototypes and what factories make, of which nobody knows later that they escaped.
 */
public final class EarlyBeans implements BeanFactoryPostProcessor, PriorityOrdered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
		// without a creator of proxies nothing is guarded, which is told elsewhere
		if (beans instanceof AbstractBeanFactory factory
				&& beans.containsLocalBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME)) {
			// ahead of all processors that are beans
			beans.addBeanPostProcessor(new Check(beans, factory));
		}
	}

	private static final class Check implements BeanPostProcessor {

		private final ConfigurableListableBeanFactory beans;

		private final AbstractBeanFactory factory;

		private volatile boolean early = true;

		Check(ConfigurableListableBeanFactory beans, AbstractBeanFactory factory) {
			this.beans = beans;
			this.factory = factory;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			if (this.early) {
				this.early = !isProxied();
				// whom a scoped proxy calls is another bean
				if (this.early && !(bean instanceof ScopedObject) && AnnotatedMethods.isAnnotated(bean.getClass())
						&& !Substitutes.isReplacement(this.beans, name, bean)) {
					throw new InvalidDependencyException(
							"The @Dependency methods of bean '%s' are not guarded: it was created before it could be proxied"
								.formatted(name),
							"Let no BeanPostProcessor or early infrastructure bean depend on '%s'.".formatted(name));
				}
			}
			return bean;
		}

		private boolean isProxied() {
			Object creator = this.beans.getSingleton(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME);
			return creator != null && this.factory.getBeanPostProcessors().stream().anyMatch((each) -> each == creator);
		}

	}

}
