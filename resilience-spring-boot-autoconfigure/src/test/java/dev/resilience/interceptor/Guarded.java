package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.DependencyCall;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;

/**
 * Contexts whose annotated beans are guarded, and why they did not start.
 */
final class Guarded {

	private Guarded() {
	}

	static ApplicationContextRunner runner(Class<?>... beans) {
		ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
				AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class, ResilienceAutoConfiguration.class));
		for (Class<?> bean : beans) {
			runner = runner.withUserConfiguration(bean);
		}
		return runner;
	}

	/** What Spring Boot prints when the context does not start. */
	static String refusal(ApplicationContextRunner runner) {
		StringBuilder text = new StringBuilder();
		runner.run((context) -> {
			Throwable failure = context.getStartupFailure();
			if (failure == null) {
				throw new AssertionError("The context has started");
			}
			FailureAnalysis analysis = analyze(failure);
			text.append(analysis.getDescription()).append("\n\n").append(analysis.getAction());
		});
		return text.toString().replace(System.lineSeparator(), "\n");
	}

	/** The dependency that guards the caller. */
	static String here() {
		return DependencyCall.current().map(DependencyCall::name).orElse("UNGUARDED");
	}

	/** How many calls the breaker of a dependency has counted. */
	static int calls(ApplicationContext context, String dependency) {
		return dependency(context, dependency).breaker().calls();
	}

	/** The operations of a dependency, as the map shows them. */
	static List<String> operations(ApplicationContext context, String dependency) {
		return dependency(context, dependency).operations()
			.stream()
			.map(DependencyDescriptor.Operation::method)
			.toList();
	}

	private static DependencyDescriptor dependency(ApplicationContext context, String dependency) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get(dependency);
	}

	private static FailureAnalysis analyze(Throwable failure) {
		ArgumentResolver arguments = ArgumentResolver.of(Environment.class, new StandardEnvironment())
			.and(BeanFactory.class, new DefaultListableBeanFactory());
		List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
			.load(FailureAnalyzer.class, arguments);
		for (FailureAnalyzer analyzer : analyzers) {
			FailureAnalysis analysis = analyzer.analyze(failure);
			if (analysis != null) {
				return analysis;
			}
		}
		throw new AssertionError("Nobody explains the failure", failure);
	}

}
