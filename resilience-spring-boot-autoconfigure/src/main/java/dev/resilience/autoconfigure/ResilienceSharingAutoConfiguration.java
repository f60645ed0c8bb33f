package dev.resilience.autoconfigure;

import javax.sql.DataSource;

import dev.resilience.guard.PostgresBuckets;
import dev.resilience.guard.RedisBuckets;
import dev.resilience.guard.SharedBuckets;
import dev.resilience.guard.Threads;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration of the store through which instances share rate limits: PostgreSQL,
 * else Redis. The library for Bucket4j that the application brings says which it may be.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration" })
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceSharingAutoConfiguration {

	// those without a name share it
	private static String application(Environment environment) {
		return environment.getProperty("spring.application.name", "application");
	}

	@Configuration(proxyBeanMethods = false)
	@Order(1)
	@ConditionalOnClass(name = { "javax.sql.DataSource", "io.github.bucket4j.postgresql.Bucket4jPostgreSQL" })
	@ConditionalOnSingleCandidate(DataSource.class)
	static class PostgresConfiguration {

		@Bean
		@Lazy
		SharedBuckets resilienceSharedBuckets(DataSource dataSource, Environment environment,
				ResilienceProperties properties, Threads threads) {
			return new PostgresBuckets(application(environment), dataSource, properties.rateLimit().timeout(),
					threads.workers());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Order(2)
	@ConditionalOnClass(name = { "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
			"io.lettuce.core.RedisClient", "io.github.bucket4j.redis.lettuce.Bucket4jLettuce" })
	@ConditionalOnSingleCandidate(LettuceConnectionFactory.class)
	@ConditionalOnMissingBean(SharedBuckets.class)
	static class RedisConfiguration {

		@Bean
		@Lazy
		SharedBuckets resilienceSharedBuckets(LettuceConnectionFactory connections, Environment environment,
				ResilienceProperties properties) {
			return new RedisBuckets(application(environment), connections, properties.rateLimit().timeout());
		}

	}

}
