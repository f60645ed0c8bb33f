package dev.resilience.autoconfigure;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import dev.resilience.diagnosis.Load;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.registry.ConnectionPools;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * The pools behind the DataSource beans. It notes each one when it is created, before
 * others wrap it, so that nothing is created or waited for in order to read it.
 */
final class DataSourcePools implements ConnectionPools, BeanPostProcessor, PriorityOrdered {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final ConfigurableListableBeanFactory beans;

	private final ObjectProvider<PoolReader> reader;

	private final Map<String, DataSource> created = new ConcurrentHashMap<>();

	DataSourcePools(ConfigurableListableBeanFactory beans, ObjectProvider<PoolReader> reader) {
		this.beans = beans;
		this.reader = reader;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (bean instanceof DataSource dataSource) {
			this.created.put(name, dataSource);
		}
		return bean;
	}

	@Override
	public @Nullable Load load(DependencyPolicy policy) {
		DataSource dataSource = (policy.dataSource() != null) ? find(policy.dataSource()) : null;
		PoolReader reader = (dataSource != null) ? this.reader.getIfAvailable() : null;
		if (dataSource == null || reader == null) {
			return null;
		}
		try {
			return reader.read(dataSource);
		}
		catch (RuntimeException ex) {
			logger.debug("The pool of '{}' cannot be read", policy.dataSource(), ex);
			return null;
		}
	}

	private @Nullable DataSource find(String name) {
		DataSource found = findOf(name);
		for (String alias : (found == null) ? this.beans.getAliases(name) : new String[0]) {
			found = (found != null) ? found : findOf(alias);
		}
		return found;
	}

	private @Nullable DataSource findOf(String name) {
		DataSource found = this.created.get(ScopedProxyUtils.getTargetBeanName(name));
		found = (found != null) ? found : this.created.get(name);
		return (found != null) ? found : registered(this.beans, name);
	}

	// what was made elsewhere, or by the factory of a parent
	private static @Nullable DataSource registered(@Nullable BeanFactory beans, String name) {
		if (!(beans instanceof ConfigurableBeanFactory factory)) {
			return null;
		}
		return (factory.containsSingleton(name) && factory.getSingleton(name) instanceof DataSource dataSource)
				? dataSource : registered(factory.getParentBeanFactory(), name);
	}

	@Override
	public void check(DependencyPolicy policy) {
		String name = policy.dataSource();
		if (name == null) {
			return;
		}
		Class<?> type = this.beans.containsBean(name) ? this.beans.getType(name, false) : Void.class;
		// of some factories nobody knows what they make until they are asked
		if (type != null && !DataSource.class.isAssignableFrom(type)) {
			String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beans, DataSource.class, true,
					false);
			throw new InvalidSettingException(policy.sources().getOrDefault("data-source", "data-source"), name,
					"the name of a DataSource bean, of which there are "
							+ ((names.length > 0) ? String.join(", ", names) : "none"));
		}
	}

}
