package dev.resilience.interceptor;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

import dev.resilience.Dependency;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Annotated beans in an application that was processed ahead of time are guarded the
 * same.
 */
class AheadOfTimeTests {

	static final String[] PROPERTIES = { "resilience.dependencies.inherited.fallback=backup#quote",
			"resilience.dependencies.critical.ignore=" + AheadOfTimeTests.class.getName() + "$Declined",
			"resilience.dependencies.critical.breaker.window=2", "resilience.dependencies.critical.breaker.min-calls=2",
			"resilience.dependencies.critical.breaker.failure-rate=50%" };

	@Test
	@CompileWithForkedClassLoader
	void theApplicationIsGuardedAsEver() {
		new ProcessedApplication(Application.class, PROPERTIES).compile((application) -> {
			application.start(AheadOfTimeTests::assertEveryFormIsGuarded, PROPERTIES);
			application.start(AheadOfTimeTests::assertTheBreakerOpens, PROPERTIES);
			application.start(AheadOfTimeTests::assertValuesAreThoseOfTheStart,
					"resilience.dependencies.own.timeout=7s",
					"resilience.dependencies.own.operations.price.fallback=another", PROPERTIES[0]);
			application.start(AheadOfTimeTests::assertEveryFormIsGuarded, "resilience.enabled=false",
					"spring.aop.auto=false", PROPERTIES[0]);
			assertThatExceptionOfType(InvalidDependencyException.class)
				.isThrownBy(() -> application.start((context) -> {
				}, "resilience.dependencies.own.fallback=missing"))
				.withMessageContaining("'missing'");
		});
	}

	private static void assertEveryFormIsGuarded(BeanFactory beans) {
		assertThat(beans.getBean(Own.class).price()).isEqualTo("own");
		assertThat(beans.getBean(Own.class).all()).isEmpty();
		assertThat(beans.getBean(Inherited.class).price()).isEqualTo("of another bean");
		assertThat(beans.getBean(Client.class).price()).isEqualTo("by default");
		assertThat(beans.getBean(Remote.class).price()).isEqualTo("from far away");
		assertThat(beans.getBean(Scoped.class).price()).isEqualTo("scoped");
		assertThat(beans.getBean(Reactive.class).price().block()).isEqualTo("later");
		assertThat(beans.getBean(DependencyMapReader.class).read().dependencies()).containsOnlyKeys("own", "inherited",
				"client", "remote", "scoped", "reactive", "critical");
	}

	private static void assertTheBreakerOpens(BeanFactory beans) {
		Critical critical = beans.getBean(Critical.class);
		assertThatExceptionOfType(Declined.class).isThrownBy(critical::decline);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(critical::charge);
		assertThatExceptionOfType(DependencyUnavailableException.class).isThrownBy(critical::charge);
		DependencyDescriptor dependency = beans.getBean(DependencyMapReader.class).read("critical");
		assertThat(dependency).isNotNull();
		assertThat(dependency.breaker().state()).hasToString("OPEN");
		assertThat(dependency.breaker().refused()).isOne();
	}

	private static void assertValuesAreThoseOfTheStart(BeanFactory beans) {
		assertThat(beans.getBean(Own.class).price()).isEqualTo("another");
		DependencyDescriptor dependency = beans.getBean(DependencyMapReader.class).read("own");
		assertThat(dependency).isNotNull();
		assertThat(dependency.timeout()).isEqualTo("PT7S");
	}

	@Test
	@CompileWithForkedClassLoader
	void aBeanThatEscapesItsProxyIsRefused() {
		new ProcessedApplication(Early.class)
			.compile((application) -> assertThatExceptionOfType(BeanCreationException.class)
				.isThrownBy(() -> application.start((context) -> {
				}))
				.havingRootCause()
				.isInstanceOf(InvalidDependencyException.class)
				.withMessageContaining("are not guarded"));
	}

	@Test
	void whatCannotBeInterceptedFailsTheBuild() {
		assertThatExceptionOfType(InvalidDependencyException.class)
			.isThrownBy(() -> new ProcessedApplication(Hidden.class))
			.withMessageContaining("it is private");
	}

	@Test
	@CompileWithForkedClassLoader
	void aWovenApplicationIsBuiltWithoutAWeaverAndStartsWithOne() {
		System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
		try {
			new ProcessedApplication(Hidden.class, "resilience.weaving=aspectj").compile((application) -> {
				System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
				assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> application.start((context) -> {
				}))
					.havingRootCause()
					.isInstanceOf(InvalidDependencyException.class)
					.withMessageContaining("no weaver of AspectJ applies");
			});
		}
		finally {
			System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
		}
	}

	private static <T> T fail() {
		throw new IllegalStateException("broken");
	}

	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Dependency(type = DEGRADED)
	@interface Quoted {

		@AliasFor(annotation = Dependency.class, attribute = "name")
		String system();

	}

	static class Own {

		@Dependency(name = "own", type = DEGRADED, fallback = "ownPrice", ignore = NotFound.class)
		String price() {
			return fail();
		}

		@Dependency(name = "own", type = DEGRADED)
		String[] all() {
			return fail();
		}

		private String ownPrice() {
			return "own";
		}

		private String another() {
			return "another";
		}

	}

	abstract static class Base<T> {

		public T price() {
			return fail();
		}

	}

	@Quoted(system = "inherited")
	static class Inherited extends Base<String> {

		@Override
		public String price() {
			return super.price();
		}

	}

	public interface Client {

		@Dependency(name = "client", type = DEGRADED, fallback = "defaultPrice")
		String price();

		default String defaultPrice() {
			return "by default";
		}

	}

	/** As a Feign client or a repository: a factory bean makes it. */
	public interface Remote {

		@Dependency(name = "remote", type = DEGRADED, fallback = "farPrice")
		String price();

		default String farPrice() {
			return "from far away";
		}

	}

	static class RemoteFactory implements FactoryBean<Remote> {

		@Override
		public Remote getObject() {
			return (Remote) Proxy.newProxyInstance(Remote.class.getClassLoader(), new Class<?>[] { Remote.class },
					(proxy, method, args) -> fail());
		}

		@Override
		public Class<?> getObjectType() {
			return Remote.class;
		}

	}

	static class Scoped {

		@Dependency(name = "scoped", type = DEGRADED, fallback = "scopedPrice")
		String price() {
			return fail();
		}

		String scopedPrice() {
			return "scoped";
		}

	}

	static class Reactive {

		@Dependency(name = "reactive", type = DEGRADED, fallback = "later")
		Mono<String> price() {
			return Mono.error(new IllegalStateException("broken"));
		}

		private String later() {
			return "later";
		}

	}

	static class Critical {

		@Dependency(name = "critical", type = CRITICAL)
		String charge() {
			return fail();
		}

		@Dependency(name = "critical", type = CRITICAL)
		String decline() {
			throw new Declined();
		}

	}

	static class Backup {

		String quote() {
			return "of another bean";
		}

	}

	@SuppressWarnings("serial")
	static class Declined extends RuntimeException {

	}

	@SuppressWarnings("serial")
	static class NotFound extends RuntimeException {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Own.class, Inherited.class, Reactive.class, Critical.class, RemoteFactory.class })
	static class Application {

		@Bean
		Backup backup() {
			return new Backup();
		}

		@Bean
		Client client() {
			return (Client) Proxy.newProxyInstance(Client.class.getClassLoader(), new Class<?>[] { Client.class },
					(proxy, method, args) -> fail());
		}

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped() {
			return new Scoped();
		}

	}

	static class Hidden {

		@Dependency(name = "hidden", type = CRITICAL)
		private String price() {
			return "1";
		}

		Callable<String> reference() {
			return this::price;
		}

	}

	// needed before there are proxies
	@Configuration(proxyBeanMethods = false)
	@Import({ Critical.class, EarlyUser.class })
	static class Early {

	}

	static class EarlyUser implements BeanPostProcessor, PriorityOrdered {

		EarlyUser(Critical critical) {
		}

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

	}

}
