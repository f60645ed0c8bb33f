package dev.resilience.autoconfigure;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.actuate.IntegrationsEndpoint;
import dev.resilience.actuate.IntegrationsHealthIndicator;
import dev.resilience.metrics.DependencyMeters;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMap;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.Status;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The environments in which an application starts, and what remains possible there.
 */
class EnvironmentTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(ResilienceAutoConfiguration.class,
			ResilienceClientAutoConfiguration.class, ResilienceEndpointAutoConfiguration.class,
			ResilienceHealthAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class,
			ResilienceWebFluxAutoConfiguration.class, ResilienceWebMvcAutoConfiguration.class);

	private static final ApplicationContextRunner RUNNER = new ApplicationContextRunner().withConfiguration(ALL)
		.withUserConfiguration(Client.class);

	@Test
	void guardsWithNothingButSpring() {
		new ApplicationContextRunner().withUserConfiguration(Client.class, ByName.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.web", "jakarta.servlet", "reactor",
					"org.reactivestreams", "org.springframework.boot.actuate", "org.springframework.boot.health",
					"io.micrometer", "org.springframework.security", "org.springframework.transaction",
					"org.springframework.jdbc", "org.springframework.dao", "org.aspectj", "jakarta.validation",
					"tools.jackson", "com.fasterxml.jackson", "com.github.benmanes",
					"org.springframework.boot.restclient", "org.springframework.boot.webclient"))
			.run((context) -> {
				assertGuarded(context);
				assertThat(context).doesNotHaveBean(IntegrationsEndpoint.class)
					.doesNotHaveBean(IntegrationsHealthIndicator.class)
					.doesNotHaveBean(DependencyMeters.class);
			});
	}

	@Test
	void guardsWithoutAMeterRegistry() {
		RUNNER.run((context) -> {
			assertGuarded(context);
			assertThat(context).doesNotHaveBean(DependencyMeters.class);
		});
	}

	@Test
	void guardsWithoutAspectj() {
		RUNNER.withClassLoader(new FilteredClassLoader("org.aspectj")).run(EnvironmentTests::assertGuarded);
	}

	@Test
	void guardsInAServletApplication() {
		new WebApplicationContextRunner().withConfiguration(ALL)
			.withUserConfiguration(Client.class)
			.withPropertyValues("resilience.web.problem-details=false")
			.run((context) -> {
				assertGuarded(context);
				assertThat(context).hasBean("resilienceDegradedResponses");
			});
	}

	@Test
	void guardsInAReactiveApplication() {
		new ReactiveWebApplicationContextRunner().withConfiguration(ALL)
			.withUserConfiguration(Client.class)
			.withPropertyValues("resilience.web.problem-details=false")
			.run((context) -> {
				assertGuarded(context);
				assertThat(context).hasBean("resilienceDegradedResponseFilter");
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void saysWhichMethodsRunUnguardedIfAopIsSwitchedOff(CapturedOutput output) {
		RUNNER.withPropertyValues("spring.aop.auto=false").run((context) -> {
			assertThat(context.getBean(Client.class).call()).isEqualTo("UNGUARDED");
			assertThat(output).contains("These @Dependency methods run UNGUARDED, because spring.aop.auto is false and"
					+ " nothing creates proxies: [" + Client.class.getName() + ".call()]");
			DependencyDescriptor partner = map(context).dependencies().get("partner");
			assertThat(partner.status()).isEqualTo(Status.DEGRADED);
			assertThat(partner.warnings()).extracting(DependencyDescriptor.Warning::signal)
				.containsExactly("UNGUARDED");
			String name = context.getBean(Dependencies.class).<String, RuntimeException>call("partner", Client::guard);
			assertThat(name).isEqualTo("partner");
		});
	}

	@Test
	void leavesMethodsAloneIfItIsSwitchedOff() {
		RUNNER.withConfiguration(AutoConfigurations.of(ResilienceDisabledAutoConfiguration.class))
			.withPropertyValues("resilience.enabled=false")
			.run((context) -> {
				assertThat(context.getBean(Client.class).call()).isEqualTo("UNGUARDED");
				assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.startsWith("resilience"));
				String name = context.getBean(Dependencies.class).<String, RuntimeException>call("any", Client::guard);
				assertThat(name).isEqualTo("UNGUARDED");
			});
	}

	@Test
	void guardsLazyBeans() {
		RUNNER
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(map(context).dependencies().get("partner").operations()).hasSize(1);
				assertGuarded(context);
				assertThat(map(context).dependencies().get("partner").operations()).hasSize(1);
			});
	}

	@Test
	void refusesAtStartupAlsoIfBeansAreLazy() {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> application(LazyWrong.class, "--spring.main.lazy-initialization=true").close())
			.withMessageContaining("is not classified");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void failureAnalysesAreFoundBySpringApplication(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> application(LazyWrong.class).close());
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(
					"Description:%n%nThe @Dependency method %s.call() of dependency 'wrong' is not classified.%n%nAction:"
						.formatted(Wrong.class.getName()));
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> application(Client.class, "--resilience.dependencies.partner.timeout=-1s").close());
		assertThat(output).contains(
				"The setting 'resilience.dependencies.partner.timeout' has the value 'PT-1S', which makes no sense.");
	}

	@Test
	void usesTheApplicationsExecutor() {
		RUNNER.withUserConfiguration(OwnExecutor.class).run((context) -> {
			assertGuarded(context);
			assertThat(context.getBean(OwnExecutor.class).executions).hasPositiveValue();
		});
	}

	@Test
	void backsOffForTheApplicationsOwnEntryPoint() {
		Dependencies own = org.mockito.Mockito.mock(Dependencies.class);
		RUNNER.withBean(Dependencies.class, () -> own)
			.run((context) -> assertThat(context.getBean(Dependencies.class)).isSameAs(own));
	}

	@Test
	void isNotConfusedBySuppliersOfTheApplication() {
		RUNNER.withUserConfiguration(RawSupplier.class).run(EnvironmentTests::assertGuarded);
	}

	@Test
	void leavesBootsExecutorAndSchedulerInPlace() {
		RUNNER
			.withConfiguration(
					AutoConfigurations.of(TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
			.withUserConfiguration(Scheduling.class)
			.run((context) -> assertThat(context).hasBean("applicationTaskExecutor").hasBean("taskScheduler"));
	}

	@Test
	void guardsEachInstanceOfAPrototype() {
		RUNNER
			.withInitializer((context) -> ((org.springframework.beans.factory.support.BeanDefinitionRegistry) context
				.getBeanFactory())
				.registerBeanDefinition("prototype",
						BeanDefinitionBuilder.genericBeanDefinition(Prototype.class)
							.setScope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
							.getBeanDefinition()))
			.run((context) -> {
				assertThat(context.getBean(Prototype.class).call()).isEqualTo("prototype");
				assertThat(context.getBean(Prototype.class).call()).isEqualTo("prototype");
				assertThat(map(context).dependencies().get("prototype").operations()).hasSize(1);
				assertThat(map(context).dependencies().get("prototype").breaker().calls()).isEqualTo(2);
			});
	}

	@Test
	void guardsScopedBeansOnce() {
		RUNNER.withInitializer((context) -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))
			.withUserConfiguration(ScopedConfiguration.class)
			.run((context) -> {
				assertThat(context.getBean("scoped", Scoped.class).call()).isEqualTo("scoped");
				assertThat(map(context).dependencies().get("scoped").operations()).hasSize(1);
				assertThat(map(context).dependencies().get("scoped").breaker().calls()).isOne();
			});
	}

	@Test
	void parentAndChildHaveTheirOwnDependencies() {
		RUNNER.run((parent) -> new ApplicationContextRunner().withConfiguration(ALL)
			.withUserConfiguration(Prototype.class)
			.withParent(parent)
			.run((child) -> {
				assertThat(child.getBean(Client.class).call()).isEqualTo("partner");
				assertThat(child.getBean(Prototype.class).call()).isEqualTo("prototype");
				assertThat(map(child).dependencies()).containsOnlyKeys("prototype");
				assertThat(map(parent).dependencies()).containsOnlyKeys("partner");
			}));
	}

	@Test
	void guardsCallsThatAreMadeWhileTheContextStarts() {
		RUNNER.withUserConfiguration(Eager.class).run((context) -> {
			assertThat(context.getBean(Eager.class).seen).isEqualTo("partner");
			assertThat(map(context).dependencies().get("partner").operations()).hasSize(1);
		});
	}

	@Test
	void endsItsThreadsWithTheContext() {
		Set<Thread> before = threads();
		RUNNER.run((context) -> {
			assertGuarded(context);
			assertThat(threads()).isNotEqualTo(before);
		});
		Awaitility.await().until(() -> before.containsAll(threads()));
	}

	@Test
	void theEndpointMayBeSwitchedOff() {
		ApplicationContextRunner runner = RUNNER
			.withPropertyValues("management.endpoints.web.exposure.include=integrations");
		runner.run((context) -> assertThat(context).hasSingleBean(IntegrationsEndpoint.class));
		runner.withPropertyValues("management.endpoint.integrations.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(IntegrationsEndpoint.class));
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("resilience-"))
			.collect(Collectors.toSet());
	}

	private static void assertGuarded(ApplicationContext context) {
		assertThat(context.getBean(Client.class).call()).isEqualTo("partner");
		assertThat(map(context).dependencies().get("partner").status()).isEqualTo(Status.UP);
	}

	private static DependencyMap map(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read();
	}

	private static ConfigurableApplicationContext application(Class<?> source, String... arguments) {
		return new SpringApplicationBuilder(source, Minimal.class).web(WebApplicationType.NONE)
			.bannerMode(org.springframework.boot.Banner.Mode.OFF)
			.run(arguments);
	}

	// public: a filtering class loader makes a package of its own
	public static class Client {

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public String call() {
			return guard();
		}

		static String guard() {
			return DependencyCall.current().map(DependencyCall::name).orElse("UNGUARDED");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(ResilienceAutoConfiguration.class)
	static class Minimal {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Names.class)
	static class ByName {

	}

	/** Imports all configurations without loading them. */
	static class Names implements DeferredImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importing) {
			return ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())
				.getCandidates()
				.stream()
				.filter((name) -> name.startsWith(getClass().getPackageName()))
				.toArray(String[]::new);
		}

	}

	static class Wrong {

		@Dependency("wrong")
		public void call() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyWrong {

		@Bean
		Wrong wrong() {
			return new Wrong();
		}

	}

	static class OwnExecutor {

		private final AtomicInteger executions = new AtomicInteger();

		@Bean
		Executor resilienceExecutor() {
			return (work) -> {
				this.executions.incrementAndGet();
				new SyncTaskExecutor().execute(work);
			};
		}

	}

	static class RawSupplier {

		@Bean
		@SuppressWarnings("rawtypes")
		Supplier supplier() {
			return () -> "not yours";
		}

	}

	@EnableScheduling
	static class Scheduling {

	}

	static class Prototype {

		@Dependency(type = DependencyType.CRITICAL)
		public String call() {
			return Client.guard();
		}

	}

	static class ScopedConfiguration {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped() {
			return new Scoped();
		}

	}

	static class Scoped {

		@Dependency(type = DependencyType.CRITICAL)
		public String call() {
			return Client.guard();
		}

	}

	static class Eager {

		private final String seen;

		Eager(Client client) {
			this.seen = client.call();
		}

	}

}
