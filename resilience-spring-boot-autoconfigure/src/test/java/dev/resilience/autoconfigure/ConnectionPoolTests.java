package dev.resilience.autoconfigure;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.PolicyChanges;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinitionHolder;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Dependencies that are databases, called through real pools.
 */
class ConnectionPoolTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class, DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.hikari.maximum-pool-size=4",
				"resilience.dependencies.orders.type=critical", "resilience.dependencies.orders.data-source=dataSource",
				"resilience.dependencies.other.type=critical");

	@Test
	void theMapFollowsConnectionsThatAreTaken() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			DataSource dataSource = context.getBean(DataSource.class);
			assertThat(read(context).pool()).isNull(); // it has not begun
			List<Connection> taken = new ArrayList<>();
			for (int connections = 1; connections <= 4; connections++) {
				taken.add(dataSource.getConnection());
				assertPool(context, "dataSource", connections, 4);
			}
			for (Connection connection : taken) {
				connection.close();
			}
			assertPool(context, "dataSource", 0, 4);
			assertThat(context.getBean(DependencyMapReader.class).read("other").pool()).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Proxied.class, Wrapped.class, Made.class, Scoped.class, Registered.class, Aliased.class })
	void whateverIsAroundThePool(Class<?> configuration) {
		this.runner.withUserConfiguration(configuration)
			.withPropertyValues("resilience.dependencies.orders.data-source=pool")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				try (Connection connection = context.getBean("pool", DataSource.class).getConnection()) {
					connection.getMetaData();
					assertPool(context, "pool", 1, 10);
				}
			});
	}

	@Test
	void thePoolOfAParent() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Plain.class)) {
			this.runner.withParent(parent)
				.withPropertyValues("resilience.dependencies.orders.data-source=pool")
				.run((context) -> {
					try (Connection connection = parent.getBean(DataSource.class).getConnection()) {
						assertThat(connection.isValid(1)).isTrue();
						assertPool(context, "pool", 1, 10);
					}
				});
		}
	}

	@Test
	void readingCreatesNothing() {
		this.runner.withUserConfiguration(Late.class)
			.withPropertyValues("resilience.dependencies.orders.data-source=pool")
			.run((context) -> {
				assertThat(read(context).pool()).isNull();
				assertThat(read(context).signals().saturation()).isZero();
				assertThat(context.getSourceApplicationContext().getBeanFactory().containsSingleton("pool")).isFalse();
				try (Connection connection = context.getBean("pool", DataSource.class).getConnection()) {
					assertThat(connection.isValid(1)).isTrue();
					assertPool(context, "pool", 1, 10);
				}
			});
	}

	@Test
	void whatIsNoPoolTellsNothing() {
		this.runner.withUserConfiguration(Poolless.class)
			.withPropertyValues("resilience.dependencies.orders.data-source=pool")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(read(context).pool()).isNull();
			});
	}

	@Test
	void withoutBootsMetadataNothingIsTold() {
		this.runner.withClassLoader(new FilteredClassLoader(DataSourcePoolMetadataProvider.class)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(read(context).pool()).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "nowhere", "resilienceHealthChecks" })
	void anotherNameIsRefused(String name) {
		this.runner.withUserConfiguration(Second.class)
			.withPropertyValues("resilience.dependencies.orders.data-source=" + name)
			.run((context) -> assertRefused(context.getStartupFailure(), name, "second, dataSource"));
	}

	@Test
	void aNameIsRefusedWhereThereIsNone() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.orders.type=critical",
					"resilience.dependencies.orders.data-source=nowhere")
			.run((context) -> assertRefused(context.getStartupFailure(), "nowhere", "none"));
	}

	@Test
	void anotherNameIsRefusedAtRunTime() {
		this.runner.run((context) -> {
			PolicyChanges changes = context.getBean(PolicyChanges.class);
			assertThatIllegalArgumentException().isThrownBy(() -> changes.change("orders", "data-source=nowhere"))
				.withMessage(
						"'data-source, changed at run time' has the value 'nowhere', allowed is the name of a DataSource bean, of which there are dataSource");
			try (Connection connection = context.getBean(DataSource.class).getConnection()) {
				assertThat(connection.isValid(1)).isTrue();
				assertPool(context, "dataSource", 1, 4);
			}
		});
	}

	private static void assertRefused(@Nullable Throwable failure, String name, String names) {
		FailureAnalysis analysis = new InvalidSettingFailureAnalyzer().analyze(failure);
		assertThat(analysis.getDescription()).isEqualTo(
				"The setting 'resilience.dependencies.orders.data-source' has the value '%s', which makes no sense."
					.formatted(name));
		assertThat(analysis.getAction())
			.isEqualTo("Give it the name of a DataSource bean, of which there are %s.".formatted(names));
	}

	private static void assertPool(ApplicationContext context, String name, int active, int max) {
		DependencyDescriptor descriptor = read(context);
		assertThat(descriptor.pool()).isEqualTo(new DependencyDescriptor.Pool(name, active, max));
		assertThat(descriptor.signals().saturation()).isEqualTo(active / (double) max);
		assertThat(descriptor.bulkhead().inFlight()).isZero();
	}

	private static DependencyDescriptor read(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read("orders");
	}

	private static HikariDataSource hikari() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:connectionpools");
		return pool;
	}

	@Configuration(proxyBeanMethods = false)
	static class Plain {

		@Bean
		HikariDataSource pool() {
			return hikari();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		@Lazy
		HikariDataSource pool() {
			return hikari();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Second {

		@Bean
		HikariDataSource second() {
			return hikari();
		}

		@Bean
		HikariDataSource dataSource() {
			return hikari();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Poolless {

		@Bean
		DataSource pool() {
			return new DriverManagerDataSource("jdbc:h2:mem:connectionpools");
		}

	}

	/** As tools do that watch a DataSource. */
	@Configuration(proxyBeanMethods = false)
	static class Proxied extends Plain {

		@Bean
		static BeanPostProcessor watching() {
			return new BeanPostProcessor() {
				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					if (!(bean instanceof DataSource)) {
						return bean;
					}
					ProxyFactory factory = new ProxyFactory(bean);
					factory.setProxyTargetClass(true);
					return factory.getProxy();
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Wrapped {

		@Bean
		DataSource inner() {
			return hikari();
		}

		@Bean
		DataSource pool(DataSource inner) {
			return new LazyConnectionDataSourceProxy(inner);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Made {

		@Bean
		FactoryBean<DataSource> pool() {
			DataSource made = hikari();
			return new FactoryBean<>() {
				@Override
				public DataSource getObject() {
					return made;
				}

				@Override
				public Class<?> getObjectType() {
					return DataSource.class;
				}
			};
		}

	}

	/** As Spring Cloud does with pools. */
	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		static org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor scoped() {
			return (registry) -> {
				RootBeanDefinition target = (RootBeanDefinition) BeanDefinitionBuilder
					.rootBeanDefinition(HikariDataSource.class, ConnectionPoolTests::hikari)
					.getBeanDefinition();
				BeanDefinitionHolder proxy = ScopedProxyUtils
					.createScopedProxy(new BeanDefinitionHolder(target, "pool"), registry, true);
				registry.registerBeanDefinition("pool", proxy.getBeanDefinition());
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Registered {

		@Bean
		static org.springframework.beans.factory.config.BeanFactoryPostProcessor registered() {
			return (beans) -> ((DefaultListableBeanFactory) beans).registerSingleton("pool", hikari());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Aliased {

		@Bean({ "first", "pool" })
		HikariDataSource pool() {
			return hikari();
		}

	}

}
