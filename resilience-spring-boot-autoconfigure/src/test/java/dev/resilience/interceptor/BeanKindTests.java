package dev.resilience.interceptor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.Scope;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.validation.annotation.Validated;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every kind of bean, and annotated methods that carry other annotations as well.
 */
class BeanKindTests {

	@ParameterizedTest
	@ValueSource(classes = { ScopedClass.class, ScopedInterface.class, ScopedStatically.class })
	void guardsTheTargetsOfScopedProxies(Class<?> configuration) {
		Guarded.runner(configuration, ScopeConfiguration.class).run((context) -> {
			assertThat(Guarded.operations(context, "partner")).containsExactly(Client.class.getName() + ".call");
			Contract client = context.getBean("client", Contract.class);
			TestScope scope = context.getBean(TestScope.class);
			assertThat(client.call("a")).isEqualTo("a: partner");
			scope.objects.clear();
			assertThat(client.call("fail")).isEqualTo("instead of fail");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void checksTheTargetsOfScopedProxiesAtStartup() {
		assertThat(Guarded.refusal(Guarded.runner(ScopedUnclassified.class, ScopeConfiguration.class)))
			.contains("Unclassified.call(String) of dependency 'partner' is not classified");
	}

	@Test
	void guardsPrototypes() {
		Guarded.runner()
			.withBean(Client.class, Client::new, (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE))
			.run((context) -> {
				assertThat(Guarded.operations(context, "partner")).hasSize(1);
				assertThat(context.getBean(Client.class)).isNotSameAs(context.getBean(Client.class));
				assertThat(context.getBean(Client.class).call("a")).isEqualTo("a: partner");
				assertThat(context.getBean(Client.class).call("fail")).isEqualTo("instead of fail");
				assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
			});
	}

	@Test
	void guardsLazyBeans() {
		Guarded.runner()
			.withBean(Client.class, Client::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> {
				assertThat(Guarded.operations(context, "partner")).hasSize(1);
				assertThat(context.getBean(Client.class).call("fail")).isEqualTo("instead of fail");
				assertThat(Guarded.calls(context, "partner")).isOne();
			});
	}

	@Test
	void guardsWhatFactoriesMake() {
		Guarded.runner(ClientFactory.class).run((context) -> {
			assertThat(context.getBean(ClientFactory.class).made).isZero();
			assertThat(context.getBean(Client.class).call("fail")).isEqualTo("instead of fail");
			assertThat(context.getBean(Client.class).call("a")).isEqualTo("a: partner");
			assertThat(context.getBean(ClientFactory.class).made).isOne();
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void guardsBehindInterfaceProxies() {
		Guarded.runner(Client.class).withPropertyValues("spring.aop.proxy-target-class=false").run((context) -> {
			assertThat(context.getBeansOfType(Client.class)).isEmpty();
			assertThat(context.getBean(Contract.class).call("fail")).isEqualTo("instead of fail");
			assertThat(Guarded.calls(context, "partner")).isOne();
		});
	}

	@Test
	void guardsConstantsWithABodyAndSubclassesOfSealedTypes() {
		Guarded.runner(OfSealed.class).run((context) -> {
			assertThat(context.getBean(Sealed.class).call()).isEqualTo("partner");
			assertThat(Guarded.calls(context, "partner")).isOne();
		});
	}

	@Test
	void refusesRecordsEnumsAndFinalImplementations() {
		assertThat(refusal(new Recorded("a"))).contains("Recorded.call() cannot be intercepted", "its class is final");
		assertThat(refusal(Constant.ONE)).contains("Constant.call() cannot be intercepted", "its class is final");
		assertThat(refusal(new FinalOfSealed())).contains("Sealed.call() cannot be intercepted", "its class is final");
	}

	private static <T> String refusal(T bean) {
		@SuppressWarnings("unchecked")
		Class<T> type = (Class<T>) bean.getClass();
		return Guarded.refusal(Guarded.runner().withBean(type, () -> bean));
	}

	@Test
	void guardsAnAsynchronousMethodUntilItCompletes() {
		asynchronous().run((context) -> {
			CompletableFuture<String> future = context.getBean(Asynchronous.class).call();
			// the guard is on the asynchronous method's thread
			assertThat(future.get(60, TimeUnit.SECONDS)).startsWith("partner on async-");
			assertThat(context.getBean(Asynchronous.class).fail().get(60, TimeUnit.SECONDS)).isEqualTo("none");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void guardsWhatRunsInsideATransaction() {
		Guarded.runner(TransactionConfiguration.class, InTransaction.class).run((context) -> {
			List<String> log = context.getBean(Transactions.class).log;
			assertThat(context.getBean(InTransaction.class).call()).isEqualTo("none");
			// each attempt has a transaction of its own, and the fallback has none
			assertThat(log).containsExactly("begin", "call true", "rollback", "begin", "call true", "rollback",
					"none false");
		});
	}

	@Test
	void guardsWhatIsCached() {
		Guarded.runner(CacheConfiguration.class, Cached.class).run((context) -> {
			Cached bean = context.getBean(Cached.class);
			assertThat(bean.call("a")).isEqualTo("a1");
			assertThat(bean.call("a")).isEqualTo("a1");
			assertThat(bean.call("fail")).isEqualTo("none");
			// a fallback is not kept
			assertThat(bean.call("fail")).isEqualTo("none");
			assertThat(bean.called()).isEqualTo(3);
			assertThat(Guarded.calls(context, "partner")).isEqualTo(4);
		});
	}

	@Test
	void guardsWhatIsValidated() {
		Guarded.runner(Checked.class)
			.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
			.run((context) -> {
				Checked bean = context.getBean(Checked.class);
				assertThat(bean.call("a")).isEqualTo("partner");
				// the caller's own mistake
				assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> bean.call(" "));
				// the partner's
				assertThat(bean.call("blank")).isEqualTo("none");
			});
	}

	private static ApplicationContextRunner asynchronous() {
		return Guarded.runner(AsyncConfiguration.class, Asynchronous.class);
	}

	interface Contract {

		@Nullable String call(String argument);

	}

	static class Client implements Contract {

		@Override
		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public @Nullable String call(String argument) {
			if (argument.equals("fail")) {
				throw new IllegalStateException();
			}
			return argument + ": " + Guarded.here();
		}

		String none(String argument) {
			return "instead of " + argument;
		}

	}

	static class Unclassified {

		@Dependency("partner")
		public String call(String argument) {
			return argument;
		}

	}

	static class ClientFactory implements FactoryBean<Client> {

		private int made;

		@Override
		public Client getObject() {
			this.made++;
			return new Client();
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopeConfiguration {

		@Bean
		static TestScope testScope() {
			return new TestScope();
		}

		@Bean
		static BeanFactoryPostProcessor testScopeRegistration(TestScope scope) {
			return (beans) -> beans.registerScope("test", scope);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedClass {

		@Bean
		@org.springframework.context.annotation.Scope(scopeName = "test", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedInterface {

		@Bean
		@org.springframework.context.annotation.Scope(scopeName = "test", proxyMode = ScopedProxyMode.INTERFACES)
		Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedStatically {

		@Bean
		@org.springframework.context.annotation.Scope(scopeName = "test", proxyMode = ScopedProxyMode.TARGET_CLASS)
		static Client client() {
			return new Client();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedUnclassified {

		@Bean
		@org.springframework.context.annotation.Scope(scopeName = "test", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Unclassified client() {
			return new Unclassified();
		}

	}

	static class TestScope implements Scope {

		private final Map<String, Object> objects = new HashMap<>();

		@Override
		public Object get(String name, ObjectFactory<?> factory) {
			return this.objects.computeIfAbsent(name, (key) -> factory.getObject());
		}

		@Override
		public @Nullable Object remove(String name) {
			return this.objects.remove(name);
		}

		@Override
		public void registerDestructionCallback(String name, Runnable callback) {
		}

	}

	abstract static sealed class Sealed permits OfSealed, FinalOfSealed {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static non-sealed class OfSealed extends Sealed {

	}

	static final class FinalOfSealed extends Sealed {

	}

	record Recorded(String name) {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	enum Constant {

		ONE;

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

		@Bean
		org.springframework.core.task.TaskExecutor taskExecutor() {
			return new org.springframework.core.task.SimpleAsyncTaskExecutor("async-");
		}

	}

	static class Asynchronous {

		@Async
		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public CompletableFuture<String> call() {
			return CompletableFuture.completedFuture(Guarded.here() + " on " + Thread.currentThread().getName());
		}

		@Async
		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public CompletableFuture<String> fail() {
			throw new IllegalStateException();
		}

		String none() {
			return "none";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class TransactionConfiguration {

		@Bean
		Transactions transactionManager() {
			return new Transactions();
		}

	}

	static class Transactions extends AbstractPlatformTransactionManager {

		private final transient List<String> log = new CopyOnWriteArrayList<>();

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.log.add("begin");
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.log.add("commit");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.log.add("rollback");
		}

	}

	static class InTransaction {

		private final Transactions transactions;

		InTransaction(Transactions transactions) {
			this.transactions = transactions;
		}

		@Transactional
		@Dependency(name = "partner", type = DEGRADED, idempotent = true, fallback = "none")
		public String call() {
			log("call");
			throw new IllegalStateException();
		}

		String none() {
			log("none");
			return "none";
		}

		private void log(String what) {
			this.transactions.log.add(what + " " + TransactionSynchronizationManager.isActualTransactionActive());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class CacheConfiguration {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Cached {

		private int called;

		@Cacheable("rates")
		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public String call(String argument) {
			this.called++;
			if (argument.equals("fail")) {
				throw new IllegalStateException();
			}
			return argument + this.called;
		}

		int called() {
			return this.called;
		}

		String none(String argument) {
			return "none";
		}

	}

	@Validated
	static class Checked {

		@Dependency(name = "partner", type = DependencyType.DEGRADED, fallback = "none")
		public @NotBlank String call(@NotBlank String argument) {
			return argument.equals("blank") ? " " : Guarded.here();
		}

		String none(String argument) {
			return "none";
		}

	}

}
