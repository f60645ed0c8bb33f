package dev.resilience.interceptor;

import java.util.function.Consumer;

import dev.resilience.autoconfigure.ResilienceAutoConfiguration;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.Compiled;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/**
 * Beans that were processed ahead of time, as {@code process-aot} does it.
 */
final class ProcessedApplication {

	private final TestGenerationContext generated = new TestGenerationContext(ProcessedApplication.class);

	private final ClassName initializer;

	ProcessedApplication(Class<?> beans, String... properties) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues.of(properties).applyTo(context);
			context.register(PropertyPlaceholderAutoConfiguration.class, ResilienceAutoConfiguration.class, beans);
			this.initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, this.generated);
		}
		this.generated.writeGeneratedContent();
	}

	RuntimeHints hints() {
		return this.generated.getRuntimeHints();
	}

	/**
	 * Compile what was generated; the calling test forks its class loader, once for each
	 * application.
	 * @param starts starts the application as often as it likes
	 */
	void compile(Consumer<Starter> starts) {
		TestCompiler.forSystem()
			.with(this.generated)
			.compile((compiled) -> starts.accept((assertions, properties) -> start(compiled, assertions, properties)));
	}

	@SuppressWarnings("unchecked")
	private void start(Compiled compiled, Consumer<GenericApplicationContext> assertions, String... properties) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			TestPropertyValues.of(properties).applyTo(context);
			compiled.getInstance(ApplicationContextInitializer.class, this.initializer.toString()).initialize(context);
			context.refresh();
			assertions.accept(context);
		}
	}

	/** Starts an application that was compiled. */
	interface Starter {

		void start(Consumer<GenericApplicationContext> assertions, String... properties);

	}

}
