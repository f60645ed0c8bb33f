package dev.resilience.autoconfigure;

import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.IdempotencyKey;
import dev.resilience.policy.Rate;
import dev.resilience.policy.Window;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The annotations, the values whose {@code of} methods Spring's conversion service finds
 * by name, the optional types that are looked for when the application starts, and the
 * scripts for the tables of durable calls.
 */
final class ResilienceHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		Stream.of(Dependency.class, IdempotencyKey.class, Rate.class, Window.class)
			.forEach((type) -> hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS));
		Stream.of("com.github.benmanes.caffeine.cache.Caffeine", "jakarta.servlet.ServletRequest",
				"jakarta.validation.Validator", "kotlin.Unit", "kotlin.reflect.full.KCallables",
				"kotlinx.coroutines.Deferred", "kotlinx.coroutines.Job", "kotlinx.coroutines.flow.Flow",
				"kotlinx.coroutines.reactor.MonoKt", "liquibase.integration.spring.SpringLiquibase",
				"org.aspectj.lang.ProceedingJoinPoint", "org.flywaydb.core.Flyway", "org.h2.jdbcx.JdbcConnectionPool",
				"org.reactivestreams.Publisher", "org.springframework.http.HttpEntity",
				"org.springframework.security.core.context.SecurityContextHolder",
				"org.springframework.security.web.csrf.CsrfToken",
				"org.springframework.web.context.request.RequestAttributesThreadLocalAccessor",
				"reactor.core.publisher.Flux", "reactor.core.publisher.Mono", "tools.jackson.databind.json.JsonMapper")
			.forEach((type) -> hints.reflection().registerTypeIfPresent(classLoader, type));
		hints.resources().registerPattern("dev/resilience/delivery/*/*.sql");
	}

}
