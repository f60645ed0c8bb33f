package dev.resilience.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link PolicyResolver}.
 */
class PolicyResolverTests {

	private static final Settings ANNOTATION = Settings.ofAnnotation(DependencyType.CRITICAL, Duration.ofSeconds(3),
			"fromAnnotation", true, List.of(IllegalStateException.class));

	@Test
	void operationThenDependencyThenAnnotationThenTypeThenBuiltIn() {
		String[] type = { "timeout=5s", "attempt-timeout=5s", "queue=5", "isolation=thread" };
		String[] dependency = { "timeout=2s", "attempt-timeout=2s" };
		assertTimeout(resolver(type), Settings.NONE, "5s", "resilience.types.critical.timeout");
		assertTimeout(resolver(type), ANNOTATION, "3s", "@Dependency.timeout");
		assertTimeout(resolver(type, dependency), ANNOTATION, "2s", "resilience.dependencies.payments.timeout");
		PolicyResolver all = resolver(type, "timeout=2s", "attempt-timeout=2s", "operations.charge.timeout=1s");
		assertTimeout(all, ANNOTATION, "1s", "resilience.dependencies.payments.operations.charge.timeout");
		assertTimeout(resolver(new String[0]), Settings.NONE, "10s", "built-in");
		OperationPolicy policy = operation(all, DependencyType.CRITICAL, ANNOTATION);
		assertThat(policy.attemptTimeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(policy.queue()).isEqualTo(5);
		assertThat(policy.isolation()).isEqualTo(Isolation.THREAD);
		assertThat(policy.idempotent()).isTrue();
		assertThat(policy.ignore()).containsExactly(IllegalStateException.class);
		assertThat(policy.sources()).containsEntry("queue", "resilience.types.critical.queue")
			.containsEntry("attempt-timeout", "resilience.dependencies.payments.attempt-timeout")
			.containsEntry("idempotent", "@Dependency.idempotent")
			.containsEntry("delivery", "built-in");
	}

	@ParameterizedTest
	@CsvSource({ "operations.charge.breaker.min-calls=5, operations.charge.breaker",
			"operations.charge.bulkhead.max-concurrent=5, operations.charge.bulkhead",
			"operations.charge.switch=off, operations.charge.switch",
			"operations.charge.mode=observe, operations.charge.mode",
			"operations.charge.retry.budget.ratio=50%, operations.charge.retry.budget",
			"operations.charge.description=words, operations.charge.description" })
	void whatBelongsToTheDependencyIsRefusedForAnOperation(String property, String key) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> new PolicyResolver(Map.of(), Map.of("payments", TestSettings.of(property))))
			.satisfies((ex) -> assertThat(ex.key()).isEqualTo("resilience.dependencies.payments." + key))
			.satisfies((ex) -> assertThat(ex.allowed()).contains("the dependency as a whole"));
	}

	@ParameterizedTest
	@CsvSource({ "type=optional, type", "description=words, description", "operations.charge.timeout=1s, operations" })
	void whatBelongsToADependencyIsRefusedForAType(String property, String key) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> new PolicyResolver(Map.of(DependencyType.CRITICAL, TestSettings.of(property)), Map.of()))
			.satisfies((ex) -> assertThat(ex.key()).isEqualTo("resilience.types.critical." + key));
	}

	@Test
	void whatIsOnlyObservedCannotBeSwitchedOff() {
		PolicyResolver resolver = resolver(new String[0], "mode=observe", "switch=off");
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> resolver.dependency("payments", DependencyType.CRITICAL, List.of()))
			.withMessage("'resilience.dependencies.payments.switch' has the value 'OFF',"
					+ " allowed is auto, because mode observe enforces no switch");
	}

	@Test
	void eachPartOfALimitHasItsOwnOrigin() {
		PolicyResolver resolver = resolver(new String[] { "rate-limit.permits=9", "rate-limit.per=1m" },
				"rate-limit.permits=5", "rate-limit.max-wait=1s");
		DependencyPolicy policy = resolver.dependency("payments", DependencyType.CRITICAL, List.of());
		assertThat(policy.rateLimit())
			.isEqualTo(new DependencyPolicy.RateLimit(5, Duration.ofMinutes(1), 5, Duration.ofSeconds(1), false));
		assertThat(policy.sources())
			.containsEntry("rate-limit.permits", "resilience.dependencies.payments.rate-limit.permits")
			.containsEntry("rate-limit.per", "resilience.types.critical.rate-limit.per")
			.containsEntry("rate-limit.burst", "built-in");
	}

	@Test
	void eachPartOfTheLastGoodValueHasItsOwnOrigin() {
		PolicyResolver resolver = resolver(new String[] { "last-good.max-age=1h", "last-good.cache=prices" },
				"last-good.max-age=1m");
		OperationPolicy policy = operation(resolver, DependencyType.CRITICAL, Settings.NONE);
		assertThat(policy.lastGood())
			.isEqualTo(new OperationPolicy.LastGood(Duration.ofMinutes(1), 1000, true, "prices"));
	}

	@Test
	void whatWasChangedGoesBeforeEverything() {
		PolicyResolver resolver = new PolicyResolver(Map.of(),
				Map.of("payments", TestSettings.of("operations.charge.timeout=1s", "retry.max-attempts=7")),
				Map.of("payments",
						TestSettings.of("timeout=2s", "operations.charge.retry.max-attempts=4", "type=degraded")));
		OperationPolicy policy = operation(resolver, DependencyType.CRITICAL, Settings.NONE);
		assertThat(policy.timeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(policy.maxAttempts()).isEqualTo(4);
		assertThat(policy.sources()).containsEntry("timeout", "timeout, changed at run time")
			.containsEntry("retry.max-attempts", "operations.charge.retry.max-attempts, changed at run time");
		assertThat(resolver.configuredType("payments", "charge")).isEqualTo(DependencyType.DEGRADED);
	}

	@Test
	void aMisspeltOperationIsRefused() {
		PolicyResolver resolver = resolver(new String[0], "operations.chrage.timeout=1s");
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> resolver.refuseUnknownOperations("payments", List.of("charge", "refund")))
			.withMessageContaining("resilience.dependencies.payments.operations")
			.withMessageContaining("chrage")
			.withMessageContaining("[charge, refund]");
		resolver.refuseUnknownOperations("payments", List.of("chrage"));
	}

	@ParameterizedTest
	@CsvSource({ "CRITICAL, 10s, 3, 250ms", "DEGRADED, 2s, 2, 0ms", "OPTIONAL, 3s, 1, 0ms" })
	void builtInOfEachType(DependencyType type, String timeout, int attempts, String maxWait) {
		PolicyResolver resolver = resolver(new String[0]);
		OperationPolicy operation = operation(resolver, type, Settings.NONE);
		DependencyPolicy policy = resolver.dependency("payments", type, List.of(operation));
		Duration expected = duration(timeout);
		assertThat(operation.timeout()).isEqualTo(expected);
		assertThat(operation.attemptTimeout()).isNull();
		assertThat(operation.slowCall()).isEqualTo(expected.dividedBy(2));
		assertThat(operation.slowCallCounted()).isFalse();
		assertThat(operation.maxAttempts()).isEqualTo(attempts);
		assertThat(operation.backoff()).isEqualTo(new OperationPolicy.Backoff(BackoffStrategy.EXPONENTIAL,
				Duration.ofMillis(200), 2, Duration.ofSeconds(5), 1));
		assertThat(operation.idempotent()).isFalse();
		assertThat(operation.idempotencyKey()).isFalse();
		assertThat(operation.isolation()).isEqualTo(Isolation.AUTO);
		assertThat(operation.delivery()).isNull();
		assertThat(operation.queue()).isEqualTo(1000);
		assertThat(operation.lastGood()).isNull();
		assertThat(policy.bulkhead()).isEqualTo(new DependencyPolicy.Bulkhead(25, duration(maxWait)));
		assertThat(policy.breaker()).isEqualTo(new DependencyPolicy.Breaker(true, new Rate(0.5), new Rate(0.8),
				Window.of("20s"), 10, Duration.ofSeconds(10), 3));
		assertThat(policy.budget()).isEqualTo(new DependencyPolicy.Budget(new Rate(0.2), 1));
		assertThat(policy.rateLimit()).isNull();
		assertThat(policy.position()).isEqualTo(SwitchPosition.AUTO);
		assertThat(policy.maxPause()).isEqualTo(Duration.ofMinutes(1));
		assertThat(policy.healthCheckInterval()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void dependencyShowsItsLongestTimeoutAndMostAttemptsWithTheirSources() {
		PolicyResolver resolver = resolver(new String[0], "operations.charge.timeout=20s",
				"operations.charge.retry.max-attempts=5");
		OperationPolicy charge = operation(resolver, DependencyType.CRITICAL, Settings.NONE);
		OperationPolicy refund = resolver.operation("payments", "refund", "Client.refund", DependencyType.CRITICAL,
				Settings.NONE, (key) -> "@Dependency." + key);
		DependencyPolicy policy = resolver.dependency("payments", DependencyType.CRITICAL, List.of(refund, charge));
		assertThat(policy.timeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(policy.maxAttempts()).isEqualTo(5);
		String operations = "resilience.dependencies.payments.operations.charge.";
		assertThat(policy.sources()).containsEntry("timeout", operations + "timeout")
			.containsEntry("retry.max-attempts", operations + "retry.max-attempts");
	}

	@ParameterizedTest
	@CsvSource(nullValues = "-",
			value = { "topSellers, topSellers", "bean#method, bean#method", "my.bean-name#method, my.bean-name#method",
					"reject order with retry prompt, -", "two words, -", "bean#two words, -", "#method, -", "bean#, -",
					"-, -" })
	void fallbackIsAMethodOrWords(@Nullable String fallback, @Nullable String method) {
		assertThat(PolicyResolver.fallbackMethod(fallback)).isEqualTo(method);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "timeout|0s|1ms", "timeout|-1s|1ms", "timeout|400d|1ms", "attempt-timeout|0s|1ms",
					"slow-call|0s|1ms", "retry.max-attempts|0|from 1", "retry.max-attempts|1001|to 1000",
					"queue|0|from 1", "retry.backoff.initial|-1ms|from 0", "retry.backoff.initial|6s|up to",
					"retry.backoff.max|-1ms|from 0", "retry.backoff.multiplier|0.5|from 1 to 100",
					"retry.backoff.jitter|1.5|from 0 to 1", "retry.backoff.jitter|NaN|from 0 to 1",
					"retry.budget.min-per-second|-1.0|from 0", "breaker.min-calls|0|from 1", "breaker.open-for|0s|1ms",
					"breaker.probes|0|from 1", "bulkhead.max-concurrent|0|from 1", "bulkhead.max-wait|-1ms|from 0",
					"max-pause|-1s|from 0", "health-check-interval|10ms|at least 1s", "rate-limit.permits|0|from 1" })
	void invalidValueIsRefusedWithItsKeyAndWhatIsAllowed(String key, String value, String allowed) {
		PolicyResolver resolver = resolver(new String[0], key + "=" + value);
		InvalidSettingException refused = catchThrowableOfType(InvalidSettingException.class,
				() -> resolver.dependency("payments", DependencyType.CRITICAL,
						List.of(operation(resolver, DependencyType.CRITICAL, Settings.NONE))));
		assertThat(refused.key()).startsWith("resilience.dependencies.payments.").endsWith(key);
		assertThat(refused.value()).isNotNull();
		assertThat(refused.allowed()).contains(allowed);
		assertThat(refused).hasMessageContaining(refused.key()).hasMessageContaining(refused.value().toString());
	}

	@Test
	void aShortMaximumCapsTheInitialWaitThatIsBuiltIn() {
		OperationPolicy.Backoff backoff = operation(resolver(new String[0], "retry.backoff.max=100ms"),
				DependencyType.CRITICAL, Settings.NONE)
			.backoff();
		assertThat(backoff.initial()).isEqualTo(Duration.ofMillis(200));
		assertThat(backoff.max()).isEqualTo(Duration.ofMillis(100));
	}

	@Test
	void anInitialWaitAboveTheMaximumIsRefusedWhereverTheyStand() {
		PolicyResolver resolver = resolver(new String[] { "retry.backoff.initial=2s" }, "retry.backoff.max=1s");
		InvalidSettingException refused = catchThrowableOfType(InvalidSettingException.class,
				() -> operation(resolver, DependencyType.CRITICAL, Settings.NONE));
		assertThat(refused).hasMessage(
				"'resilience.types.critical.retry.backoff.initial' has the value 'PT2S', allowed is a duration up to that of "
						+ "'resilience.dependencies.payments.retry.backoff.max', which is PT1S");
	}

	@Test
	void typeOfTheOperationGoesBeforeThatOfTheDependency() {
		PolicyResolver resolver = resolver(new String[0], "type=degraded", "operations.charge.type=critical");
		assertThat(resolver.configuredType("payments", "charge")).isEqualTo(DependencyType.CRITICAL);
		assertThat(resolver.configuredType("payments", "refund")).isEqualTo(DependencyType.DEGRADED);
		assertThat(resolver.configuredType("payments", null)).isEqualTo(DependencyType.DEGRADED);
		assertThat(resolver.configuredType("other", "charge")).isNull();
	}

	private static void assertTimeout(PolicyResolver resolver, Settings annotation, String timeout, String source) {
		OperationPolicy policy = operation(resolver, DependencyType.CRITICAL, annotation);
		assertThat(policy.timeout()).isEqualTo(duration(timeout));
		assertThat(policy.sources()).containsEntry("timeout", source);
	}

	private static OperationPolicy operation(PolicyResolver resolver, DependencyType type, Settings annotation) {
		return resolver.operation("payments", "charge", "Client.charge", type, annotation,
				(key) -> "@Dependency." + key);
	}

	private static PolicyResolver resolver(String[] type, String... dependency) {
		return new PolicyResolver(Map.of(DependencyType.CRITICAL, TestSettings.of(type)),
				Map.of("payments", TestSettings.of(dependency)));
	}

	private static Duration duration(String text) {
		return org.springframework.boot.convert.DurationStyle.detectAndParse(text);
	}

}
