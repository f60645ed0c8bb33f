package dev.resilience.autoconfigure;

import java.util.function.Supplier;

import dev.resilience.Dependencies;
import dev.resilience.FailureClassifier;
import dev.resilience.OutcomeClassifier;
import dev.resilience.ReactiveDependencies;
import dev.resilience.failure.FailureClassification;
import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.ContextCarrier;
import dev.resilience.guard.Deliveries;
import dev.resilience.guard.Environment;
import dev.resilience.guard.RequestDeadline;
import dev.resilience.guard.SharedBuckets;
import dev.resilience.guard.Sharing;
import dev.resilience.guard.Threads;
import dev.resilience.guard.Tracing;
import dev.resilience.guard.Transactions;
import dev.resilience.interceptor.DependencyAdvisor;
import dev.resilience.interceptor.DurableMethods;
import dev.resilience.interceptor.EarlyBeans;
import dev.resilience.interceptor.OperationCatalog;
import dev.resilience.interceptor.OperationFactory;
import dev.resilience.interceptor.SelfCallCheck;
import dev.resilience.interceptor.SpringTransactions;
import dev.resilience.interceptor.WovenCalls;
import dev.resilience.interceptor.WovenMethods;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.registry.ConnectionPools;
import dev.resilience.registry.DependencyMonitor;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.GuardLifecycle;
import dev.resilience.registry.HandedInOperations;
import dev.resilience.registry.HealthChecks;
import dev.resilience.registry.PartnerMaps;
import dev.resilience.registry.ProgrammaticDependencies;
import dev.resilience.registry.ProgrammaticReactiveDependencies;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.io.ResourceLoader;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Auto-configuration of the guard: the live dependencies, the methods that are guarded,
 * and the programmatic entry point. Off with {@code resilience.enabled=false}.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ResilienceProperties.class)
@Import({ AutoProxyRegistrar.class, EventConfiguration.class, MapConfiguration.class })
public final class ResilienceAutoConfiguration {

	/** The name of an executor bean that replaces our own pool for guarded calls. */
	static final String EXECUTOR = "resilienceExecutor";

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static OperationCatalog resilienceOperationCatalog(ConfigurableListableBeanFactory beans,
			ObjectProvider<OperationFactory> factory, ObjectProvider<WovenMethods> woven) {
		return new OperationCatalog(beans, factory::getObject, woven.getIfAvailable(() -> WovenMethods.NONE)::isWoven);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static DependencyAdvisor resilienceDependencyAdvisor(OperationCatalog catalog) {
		return new DependencyAdvisor(catalog);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static EarlyBeans resilienceEarlyBeans() {
		return new EarlyBeans();
	}

	@Bean
	PolicyResolver resiliencePolicyResolver(ResilienceProperties properties) {
		return new PolicyResolver(properties.settingsByType(), properties.dependencies());
	}

	@Bean
	FailureClassification resilienceFailureClassification(ObjectProvider<FailureClassifier> classifiers,
			ResourceLoader resources) {
		return FailureClassification.create(classifiers.orderedStream().toList(), resources.getClassLoader());
	}

	@Bean
	ResultClassification resilienceResultClassification(ObjectProvider<OutcomeClassifier> classifiers,
			ResourceLoader resources) {
		return ResultClassification.create(classifiers.orderedStream().toList(), resources.getClassLoader());
	}

	@Bean
	FailedCalls resilienceFailedCalls() {
		return new FailedCalls();
	}

	@Bean
	Threads resilienceThreads(@Qualifier(EXECUTOR) ObjectProvider<java.util.concurrent.Executor> executor) {
		return new Threads(System::nanoTime, executor.getIfAvailable());
	}

	@Bean
	Sharing resilienceSharing(ResilienceProperties properties, ObjectProvider<SharedBuckets> buckets) {
		ResilienceProperties.RateLimit limit = properties.rateLimit();
		return new Sharing(buckets::getIfAvailable, limit.instances(), limit.timeout());
	}

	@Bean
	Environment resilienceEnvironment(Threads threads, FailureClassification classification, FailedCalls failedCalls,
			ObjectProvider<Transactions> transactions, ObjectProvider<ContextCarrier> context,
			ObjectProvider<Supplier<@Nullable DegradedResponse>> response,
			ObjectProvider<RequestDeadline> requestDeadline, Sharing sharing, ObjectProvider<Tracing> tracing) {
		return new Environment(System::nanoTime, threads.watchdog(), threads.workers(), threads.timer(),
				transactions.getIfAvailable(() -> Transactions.NONE), context.getIfAvailable(() -> ContextCarrier.NONE),
				classification, response.getIfAvailable(() -> () -> null),
				requestDeadline.getIfAvailable(() -> RequestDeadline.NONE), failedCalls, sharing,
				tracing.getIfAvailable());
	}

	@Bean
	DependencyRegistry resilienceDependencyRegistry(ResilienceProperties properties, PolicyResolver policies,
			Environment environment, ObjectProvider<CallListener.Factory> listeners, ConnectionPools pools) {
		return new DependencyRegistry(policies, environment, listeners.orderedStream().toList(), pools,
				properties.allowUnknown() ? properties.maxUnknown() : 0);
	}

	@Bean
	OperationFactory resilienceOperationFactory(PolicyResolver policies, DependencyRegistry registry,
			ConfigurableListableBeanFactory beans, Environment environment, ResultClassification results,
			ResourceLoader resources, OperationCatalog catalog, ObjectProvider<Deliveries> deliveries) {
		return new OperationFactory(policies, registry, beans, environment, results,
				CurrentUser.users(resources.getClassLoader()),
				new DurableMethods(catalog, beans, deliveries::getIfAvailable));
	}

	@Bean
	HandedInOperations resilienceHandedInOperations(DependencyRegistry registry, ResultClassification results,
			OperationCatalog catalog) {
		return new HandedInOperations(registry, results, catalog::resolveAll);
	}

	@Bean
	@ConditionalOnMissingBean
	Dependencies resilienceDependencies(HandedInOperations operations) {
		return new ProgrammaticDependencies(operations);
	}

	@Bean
	RuntimePolicies resilienceRuntimePolicies(ResilienceProperties properties, BeanFactory beans,
			OperationCatalog catalog, DependencyRegistry registry, HealthChecks healthChecks, PartnerMaps partners,
			DependencyMonitor monitor) {
		return new RuntimePolicies(properties, beans, catalog, registry, healthChecks, partners, monitor);
	}

	@Bean
	SelfCallCheck resilienceSelfCallCheck(OperationCatalog catalog, ResilienceProperties properties) {
		return new SelfCallCheck(catalog, properties.selfInvocation());
	}

	@Bean
	GuardLifecycle resilienceGuardLifecycle(DependencyRegistry registry, HealthChecks healthChecks,
			PartnerMaps partners, DependencyMonitor monitor, Threads threads) {
		return new GuardLifecycle(registry, healthChecks, partners, monitor, threads.timer());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "resilience.weaving", havingValue = "aspectj")
	static class WeavingConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static WovenMethods resilienceWovenMethods(ResourceLoader resources, BeanFactory beans) {
			if (beans.containsBean(ConfigurableApplicationContext.LOAD_TIME_WEAVER_BEAN_NAME)) {
				// Spring begins to weave when it creates this one
				beans.getBean(ConfigurableApplicationContext.LOAD_TIME_WEAVER_BEAN_NAME);
			}
			return WovenMethods.active(resources.getClassLoader());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static WovenCalls resilienceWovenCalls(OperationCatalog catalog) {
			return new WovenCalls(catalog);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static DependencyAdvisor resiliencePassageAdvisor(WovenCalls calls) {
			return calls.advisor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TransactionSynchronizationManager.class)
	static class TransactionConfiguration {

		@Bean
		SpringTransactions resilienceTransactions() {
			return new SpringTransactions();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveDependencies resilienceReactiveDependencies(HandedInOperations operations) {
			return new ProgrammaticReactiveDependencies(operations);
		}

	}

	/**
	 * Properties that change while the application runs, with Spring Cloud.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(EnvironmentChangeEvent.class)
	static class EnvironmentChangeConfiguration {

		@Bean
		ApplicationListener<EnvironmentChangeEvent> resilienceEnvironmentChanges(
				ObjectProvider<RuntimePolicies> policies) {
			return new PropertyChanges(policies);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.micrometer.context.ContextSnapshotFactory")
	static class ContextConfiguration {

		@Bean
		@ConditionalOnMissingBean(ContextCarrier.class)
		ContextCarrier resilienceContextCarrier(ResourceLoader resources) {
			return ContextCarriers.create(resources.getClassLoader());
		}

	}

}
