package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Tells ahead of time which classes will be looked into: those with annotated methods,
 * and those that their annotations and the properties name.
 */
final class GuardedTypesAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beans) {
		OperationCatalog catalog = beans.getBeanProvider(OperationCatalog.class).getIfAvailable();
		if (catalog == null) {
			return null;
		}
		NamedInProperties named = NamedInProperties.read(beans.getBean(Environment.class));
		return (generation, initialization) -> contribute(generation.getRuntimeHints(), catalog, named, beans);
	}

	private static void contribute(RuntimeHints hints, OperationCatalog catalog, NamedInProperties named,
			ConfigurableListableBeanFactory beans) {
		GuardedTypeHints types = new GuardedTypeHints(hints, beans);
		catalog.annotatedTypes().values().forEach((type) -> types.register(type, catalog.methods().of(type)));
		if (named.durable()) {
			catalog.annotatedTypes().values().forEach((type) -> types.registerArguments(catalog.methods().of(type)));
		}
		named.fallbacks().forEach(types::registerFallback);
		named.exceptions().forEach(types::registerException);
	}

}
