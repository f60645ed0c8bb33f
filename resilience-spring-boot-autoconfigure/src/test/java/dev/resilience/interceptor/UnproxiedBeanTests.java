package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import dev.resilience.Dependency;
import org.aopalliance.aop.Advice;
import org.junit.jupiter.api.Test;

import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.PriorityOrdered;

import static dev.resilience.DependencyType.CRITICAL;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Annotated beans that Spring does not proxy: never to believe a call guarded that is
 * not.
 */
class UnproxiedBeanTests {

	private static final String HERE = UnproxiedBeanTests.class.getName() + "$";

	@Test
	void refusesAPrototypeThatIsCreatedTooEarly() {
		assertThat(Guarded.refusal(Guarded.runner(EarlyPrototype.class))).isEqualTo(early());
	}

	@Test
	void refusesAProductThatIsCreatedTooEarly() {
		assertThat(Guarded.refusal(Guarded.runner(EarlyProduct.class))).isEqualTo(early());
	}

	@Test
	void refusesALazyBeanThatIsCreatedTooEarly() {
		assertThat(Guarded.refusal(Guarded.runner(EarlyLazy.class))).isEqualTo(early());
	}

	@Test
	void refusesASingletonThatABeanFactoryPostProcessorNeeds() {
		assertThat(Guarded.refusal(Guarded.runner(EarlierThanAll.class))).isEqualTo(early());
	}

	@Test
	void refusesAnInnerBeanThatIsCreatedTooEarly() {
		RootBeanDefinition inner = new RootBeanDefinition(Client.class);
		assertThat(Guarded.refusal(Guarded.runner().withBean("outer", NeedsInner.class, inner)))
			.startsWith("The @Dependency methods of bean '(inner bean)")
			.contains("it was created before it could be proxied");
	}

	@Test
	void acceptsAChildWhereNothingIsProxiedOfAParentWhereBeansAre() {
		Guarded.runner()
			.run((parent) -> Guarded.runner()
				.withBean(Client.class)
				.withPropertyValues("spring.aop.auto=false")
				.withParent(parent)
				.run((context) -> assertThat(context).hasNotFailed()));
	}

	@Test
	void acceptsAnEarlyScopedProxyWhoseTargetComesLater() {
		Guarded.runner(EarlyScopedProxy.class).run((context) -> {
			assertThat(context.getBean(Client.class).call()).isEqualTo("partner");
			assertThat(Guarded.calls(context, "partner")).isOne();
		});
	}

	@Test
	void acceptsWhatIsNeededLaterByAnEarlyBean() {
		Guarded.runner(EarlyProvider.class)
			.run((context) -> assertThat(context.getBean(NeedsLater.class).client.getObject().call())
				.isEqualTo("partner"));
	}

	@Test
	void acceptsEarlyBeansWhereNothingIsProxied() {
		Guarded.runner(EarlyPrototype.class)
			.withPropertyValues("spring.aop.auto=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void refusesAnEarlyPostProcessorWithAnnotatedMethods() {
		ApplicationContextRunner runner = Guarded.runner().withBean("client", EarlyPostProcessor.class);
		assertThat(Guarded.refusal(runner)).isEqualTo(early());
	}

	@Test
	void guardsAPostProcessorThatComesAfterTheProxies() {
		Guarded.runner(PostProcessor.class)
			.run((context) -> assertThat(context.getBean(PostProcessor.class).call()).isEqualTo("partner"));
	}

	@Test
	void refusesAProxyThatIsHiddenInSomethingElse() {
		assertThat(Guarded.refusal(Guarded.runner(Wrapping.class).withBean("client", Overloaded.class)))
			.contains("a BeanPostProcessor has wrapped its proxy in something else");
	}

	@Test
	void refusesInfrastructureOfAop() {
		assertThat(refusal(AnAdvice.class))
			.startsWith(text(AnAdvice.class, "Spring proxies no " + Advice.class.getName()));
		assertThat(refusal(APointcut.class))
			.startsWith(text(APointcut.class, "Spring proxies no org.springframework.aop.Pointcut"));
		assertThat(refusal(Infrastructure.class))
			.startsWith(text(Infrastructure.class, "Spring proxies no " + AopInfrastructureBean.class.getName()));
	}

	@Test
	void refusesPrototypesOfTheInfrastructureAsWell() {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean("client", AnAdvice.class, AnAdvice::new,
					(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE));
		assertThat(Guarded.refusal(runner))
			.startsWith(text(AnAdvice.class, "Spring proxies no " + Advice.class.getName()));
	}

	@Test
	void refusesABeanWhoseNameAsksForTheOriginal() {
		String name = Client.class.getName() + ".ORIGINAL";
		String refusal = Guarded.refusal(Guarded.runner().withBean(name, Client.class));
		assertThat(refusal).startsWith("The @Dependency method " + HERE + "Client.call() of bean '" + name
				+ "' is not guarded: its name asks for the original instance, without a proxy.");
	}

	@Test
	void refusesASyntheticBean() {
		assertThat(Guarded.refusal(synthetic(new RootBeanDefinition(Client.class))))
			.startsWith(text(Client.class, "its definition is synthetic, and such beans are not proxied"));
	}

	@Test
	void refusesTheProductOfASyntheticFactory() {
		assertThat(Guarded.refusal(synthetic(new RootBeanDefinition(ClientFactory.class))))
			.startsWith(text(Client.class, "its definition is synthetic, and such beans are not proxied"));
	}

	@Test
	void refusesAMethodThatOnlyAnOverloadOfTheInterfaceResembles() {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean("client", Overloaded.class)
			.withPropertyValues("spring.aop.proxy-target-class=false");
		assertThat(Guarded.refusal(runner)).startsWith("The @Dependency method " + HERE
				+ "Overloaded.call(int) of bean 'client' is not guarded: its proxy implements interfaces only, and none of them declares the method.");
	}

	private static ApplicationContextRunner synthetic(RootBeanDefinition definition) {
		definition.setSynthetic(true);
		return Guarded.runner()
			.withInitializer(
					(context) -> ((GenericApplicationContext) context).registerBeanDefinition("client", definition));
	}

	private static String refusal(Class<?> type) {
		return Guarded.refusal(Guarded.runner().withBean("client", type));
	}

	private static String text(Class<?> type, String reason) {
		return "The @Dependency method %s.call() of bean 'client' is not guarded: %s.".formatted(type.getName(),
				reason);
	}

	private static String early() {
		return """
				The @Dependency methods of bean 'client' are not guarded: it was created before it could be proxied.

				Let no BeanPostProcessor or early infrastructure bean depend on 'client'.""";
	}

	static class Client {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static class ClientFactory implements FactoryBean<Client> {

		@Override
		public Client getObject() {
			return new Client();
		}

		@Override
		public Class<?> getObjectType() {
			return Client.class;
		}

	}

	static class NeedsClient implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

	static class NeedsLater extends NeedsClient {

		private final ObjectProvider<Client> client;

		NeedsLater(ObjectProvider<Client> client) {
			this.client = client;
		}

	}

	static class NeedsInner extends NeedsClient {

		NeedsInner(Client client) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyPrototype {

		@Bean
		@Scope("prototype")
		static Client client() {
			return new Client();
		}

		@Bean
		static NeedsClient needsClient(Client client) {
			return new NeedsClient();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyProduct {

		@Bean
		static ClientFactory client() {
			return new ClientFactory();
		}

		@Bean
		static NeedsClient needsClient(Client client) {
			return new NeedsClient();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyLazy {

		@Bean
		@Lazy
		static Client client() {
			return new Client();
		}

		@Bean
		static NeedsClient needsClient(Client client) {
			return new NeedsClient();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlierThanAll {

		@Bean
		static Client client() {
			return new Client();
		}

		@Bean
		static BeanFactoryPostProcessor needsClient(Client client) {
			return (beans) -> {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyScopedProxy {

		@Bean
		static BeanFactoryPostProcessor threadScope() {
			return (beans) -> beans.registerScope("thread", new SimpleThreadScope());
		}

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		static Client client() {
			return new Client();
		}

		@Bean
		static NeedsClient needsClient(Client client) {
			return new NeedsClient();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyProvider {

		@Bean
		static Client client() {
			return new Client();
		}

		@Bean
		static NeedsLater needsLater(ObjectProvider<Client> client) {
			return new NeedsLater(client);
		}

	}

	static class Wrapping implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			return (bean instanceof Callable callable) ? Proxy.newProxyInstance(Callable.class.getClassLoader(),
					new Class<?>[] { Callable.class }, (proxy, method, arguments) -> method.invoke(callable, arguments))
					: bean;
		}

	}

	static class PostProcessor implements BeanPostProcessor {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static class EarlyPostProcessor extends NeedsClient {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static class AnAdvice implements MethodBeforeAdvice {

		@Override
		public void before(Method method, Object[] arguments, Object target) {
		}

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static class APointcut extends StaticMethodMatcherPointcut {

		@Override
		public boolean matches(Method method, Class<?> type) {
			return false;
		}

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	static class Infrastructure implements AopInfrastructureBean {

		@Dependency(name = "partner", type = CRITICAL)
		public String call() {
			return Guarded.here();
		}

	}

	interface Callable {

		String call(String argument);

	}

	static class Overloaded implements Callable {

		@Override
		public String call(String argument) {
			return argument;
		}

		@Dependency(name = "partner", type = CRITICAL)
		public String call(int argument) {
			return Guarded.here();
		}

	}

}
