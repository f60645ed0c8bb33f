package dev.resilience.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.resilience.Dependencies;
import dev.resilience.DependencyOverloadedException;
import dev.resilience.guard.PostgresBuckets;
import dev.resilience.guard.RedisBuckets;
import dev.resilience.guard.SharedBuckets;
import dev.resilience.guard.TestPostgres;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

/**
 * Rate limits that instances of an application share.
 */
@Timeout(120)
class SharedRateLimitTests {

	private static final String SHARED = "resilience.dependencies.partner.rate-limit.shared";

	private static final double PER_SECOND = 50;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceSharingAutoConfiguration.class))
		.withPropertyValues("spring.application.name=shop", "resilience.dependencies.partner.type=critical",
				"resilience.dependencies.partner.isolation=caller",
				"resilience.dependencies.partner.rate-limit.permits=50", SHARED + "=true",
				"resilience.rate-limit.timeout=10s");

	private final ApplicationContextRunner withDataSource = this.runner
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class));

	@Test
	void twoApplicationsTogetherKeepToTheLimit() {
		ApplicationContextRunner instance = this.withDataSource
			.withPropertyValues("spring.datasource.url=" + TestPostgres.database());
		instance.run((one) -> instance.run((other) -> {
			List<Dependencies> instances = List.of(one.getBean(Dependencies.class), other.getBean(Dependencies.class));
			instances.forEach(SharedRateLimitTests::callUntilRefused);
			// between two refusals: there is no token left at either moment
			long start = System.nanoTime();
			List<Integer> granted = callFor(Duration.ofSeconds(4), instances);
			long end = System.nanoTime();
			double expected = PER_SECOND * (end - start) / TimeUnit.SECONDS.toNanos(1);
			assertThat((double) granted.get(0) + granted.get(1)).isCloseTo(expected, within(expected * 0.05));
			assertThat(granted).allMatch((each) -> each > 0);
			for (ApplicationContext each : List.of(one, other)) {
				assertThat(partner(each).warnings()).isEmpty();
			}
		}));
	}

	/** Call until the time is over and no call is let through any more. */
	private static List<Integer> callFor(Duration time, List<Dependencies> instances) throws Exception {
		ExecutorService callers = Executors.newFixedThreadPool(instances.size());
		try {
			CountDownLatch over = new CountDownLatch(1);
			List<Future<Integer>> granted = new ArrayList<>();
			for (Dependencies each : instances) {
				granted.add(callers.submit(() -> {
					int calls = 0;
					while (over.getCount() > 0) {
						calls += callUntilRefused(each);
					}
					return calls;
				}));
			}
			assertThat(over.await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
			over.countDown();
			List<Integer> calls = new ArrayList<>();
			for (Future<Integer> each : granted) {
				calls.add(each.get());
			}
			return calls;
		}
		finally {
			callers.shutdownNow();
		}
	}

	private static int callUntilRefused(Dependencies dependencies) {
		for (int made = 0;; made++) {
			try {
				dependencies.call("partner", () -> "called");
			}
			catch (DependencyOverloadedException ex) {
				return made;
			}
		}
	}

	@Test
	void databaseThatIsDownStopsNothingAndIsAWarningOnTheMap() {
		this.withDataSource
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/down",
					"spring.datasource.hikari.connection-timeout=250", "resilience.rate-limit.instances=5",
					"resilience.dependencies.partner.rate-limit.per=1h")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				await().until(() -> !partner(context).warnings().isEmpty());
				DependencyDescriptor.Warning warning = partner(context).warnings().get(0);
				assertThat(warning.signal()).isEqualTo("RATE_LIMIT");
				assertThat(warning.message()).contains("keeps to its part");
				assertThat(warning.since()).isNotNull();
				assertThat(partner(context).status()).isEqualTo(Status.DEGRADED);
				assertThat(callUntilRefused(context.getBean(Dependencies.class))).isEqualTo(10);
			});
	}

	@Test
	void withoutAStoreStartupIsRefused() {
		this.runner.run((context) -> assertRefused(context, "com.bucket4j:bucket4j_jdk17-postgresql",
				"com.bucket4j:bucket4j_jdk17-lettuce"));
	}

	@Test
	void withAnotherDatabaseStartupIsRefused() {
		this.withDataSource.withPropertyValues("spring.datasource.url=jdbc:h2:mem:shared")
			.run((context) -> assertRefused(context, "PostgreSQL", "H2"));
	}

	@Test
	void withSeveralDatabasesNoneOfWhichIsPrimaryStartupIsRefused() {
		this.runner.withBean("first", DataSource.class, SharedRateLimitTests::postgres)
			.withBean("second", DataSource.class, SharedRateLimitTests::postgres)
			.run((context) -> assertRefused(context, "(one, or a primary one)"));
	}

	@Test
	void withoutTheLibraryStartupIsRefused() {
		this.withDataSource
			.withClassLoader(new FilteredClassLoader("io.github.bucket4j.postgresql", "io.github.bucket4j.redis"))
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/down")
			.run((context) -> assertRefused(context, "com.bucket4j:bucket4j_jdk17-postgresql"));
	}

	private static void assertRefused(AssertableApplicationContext context, String... texts) {
		assertThat(context).getFailure()
			.isInstanceOfSatisfying(InvalidSettingException.class, (ex) -> assertThat(ex.key()).isEqualTo(SHARED))
			.hasMessageContainingAll(texts);
	}

	@Test
	void withoutSharedLimitsNoStoreIsTouched() {
		this.withDataSource.withPropertyValues("spring.datasource.url=jdbc:h2:mem:untouched", SHARED + "=false")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				BeanDefinition store = context.getBeanFactory()
					.getBeanDefinition(context.getBeanNamesForType(SharedBuckets.class, true, false)[0]);
				assertThat(store.isLazyInit()).isTrue();
				assertThat(context.getBeanFactory()
					.containsSingleton(context.getBeanNamesForType(SharedBuckets.class, true, false)[0])).isFalse();
			});
	}

	@Test
	void redisIsTakenWhenThereIsNoDataSource() {
		this.runner.withUserConfiguration(RedisConfiguration.class).run((context) -> {
			assertThat(context).hasSingleBean(RedisBuckets.class);
			await().until(() -> !partner(context).warnings().isEmpty());
		});
	}

	@Test
	void redisIsTakenWhenOnlyItsLibraryIsThere() {
		this.withDataSource.withUserConfiguration(RedisConfiguration.class)
			.withClassLoader(new FilteredClassLoader("io.github.bucket4j.postgresql"))
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:other")
			.run((context) -> assertThat(context).hasSingleBean(RedisBuckets.class));
	}

	@Test
	void postgresIsTakenWhenBothAreThere() {
		this.withDataSource.withUserConfiguration(RedisConfiguration.class)
			.withPropertyValues("spring.datasource.url=" + TestPostgres.database())
			.run((context) -> {
				assertThat(context).hasSingleBean(SharedBuckets.class).hasSingleBean(PostgresBuckets.class);
				assertThat(callUntilRefused(context.getBean(Dependencies.class))).isGreaterThanOrEqualTo(50);
			});
	}

	@Test
	void worksWithoutDataSourcesAndRedisOnTheClassPath() {
		this.runner
			.withClassLoader(new FilteredClassLoader("javax.sql", "org.springframework.data", "io.lettuce",
					"io.github.bucket4j.postgresql", "io.github.bucket4j.redis", "io.github.bucket4j.distributed.jdbc"))
			.withPropertyValues(SHARED + "=false")
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(SharedBuckets.class);
				assertThat(callUntilRefused(context.getBean(Dependencies.class))).isGreaterThanOrEqualTo(50);
			});
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		DependencyDescriptor partner = context.getBean(DependencyMapReader.class).read("partner");
		assertThat(partner).isNotNull();
		return partner;
	}

	private static DataSource postgres() {
		return new PGSimpleDataSource();
	}

	@Configuration(proxyBeanMethods = false)
	static class RedisConfiguration {

		@Bean
		LettuceConnectionFactory redisConnectionFactory() {
			return new LettuceConnectionFactory("localhost", 1);
		}

	}

}
