package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyTimeoutException;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Suspending functions of Kotlin, which Spring hands over as a {@code Mono}.
 */
@Timeout(60)
class SuspendingFunctionTests {

	@Test
	void guardsASuspendingFunction() {
		run((context, client) -> {
			assertThat(Coroutines.call(client, "a")).isEqualTo("a: partner");
			Coroutines.nothing(client);
			assertThat(Coroutines.nullable(client)).isNull();
			assertThat(Guarded.calls(context, "partner")).isEqualTo(3);
			assertThat(Guarded.operations(context, "partner")).contains(SuspendingClient.class.getName() + ".call");
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void guardsThroughAnInterface(boolean byClass) {
		Guarded.runner(SuspendingImplementation.class)
			.withPropertyValues("spring.aop.proxy-target-class=" + byClass)
			.run((context) -> {
				SuspendingContract client = context.getBean(SuspendingContract.class);
				assertThat(Coroutines.call(client, "a")).isEqualTo("a: partner");
				assertThat(Coroutines.call(client, "fail")).isEqualTo("none for fail");
				assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
			});
	}

	@Test
	void invokesTheFunctionForEachAttempt() {
		run((context, client) -> {
			assertThat(Coroutines.third(client)).isEqualTo(3);
			assertThat(Guarded.calls(context, "partner")).isEqualTo(3);
		});
	}

	@Test
	void isKnownOnAllThreadsOfTheCoroutine() {
		run((context, client) -> assertThat(Coroutines.current(client)).containsExactly("partner 2", "partner 2",
				"partner 2", "left"));
	}

	@Test
	void cancelsTheCoroutineAtTheDeadline() {
		run((context, client) -> {
			assertThatExceptionOfType(DependencyTimeoutException.class).isThrownBy(() -> Coroutines.hang(client));
			client.awaitCancellationOfWork();
			assertThat(dependency(context, "hanging").failures()).containsEntry(FailureKind.TIMEOUT, 1L);
			assertThat(dependency(context, "hanging").bulkhead().inFlight()).isZero();
		});
	}

	@Test
	void takesTheCancellationOfTheCallerForNoFailure() {
		run((context, client) -> {
			Coroutines.cancelWhenStarted(client);
			client.awaitCancellationOfWork();
			assertThat(dependency(context, "waiting").failures()).isEmpty();
			assertThat(dependency(context, "waiting").breaker().calls()).isZero();
			assertThat(dependency(context, "waiting").bulkhead().inFlight()).isZero();
		});
	}

	@Test
	void fallsBack() {
		run((context, client) -> assertThat(Coroutines.fallbacks(client)).containsExactly("a after a", "b late after b",
				7, 7));
	}

	@Test
	void servesNaturalEmptyValues() {
		run((context, client) -> assertThat(Coroutines.empty(client)).containsExactly(List.of(), null, 0));
	}

	@Test
	void guardsAFlow() {
		run((context, client) -> {
			assertThat(Coroutines.flow(client)).containsExactly("a", "partner");
			assertThat(Guarded.calls(context, "partner")).isOne();
			assertThat(Coroutines.failingFlow(client)).containsExactly("other");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void keepsTheKeyOverAllAttempts() {
		run((context, client) -> {
			assertThat(Coroutines.keyed(client, "order-1")).isEqualTo("order-1");
			assertThat(client.attempts()).isEqualTo(2);
		});
	}

	@Test
	void repeatsOnlyTheItemsThatFailed() {
		run((context, client) -> assertThat(Coroutines.items(client, List.of("a", "b")))
			.isEqualTo(Map.of("a", "1", "b", "2")));
	}

	@Test
	void findsLastGoodValuesWhateverTheContinuation() {
		runner().run((context) -> {
			SuspendingClient client = context.getBean(SuspendingClient.class);
			assertThat(Coroutines.kept(client, "a")).isEqualTo("good for a");
			assertThat(Coroutines.kept(client, "a")).isEqualTo("good for a");
			assertThatIllegalStateException().isThrownBy(() -> Coroutines.kept(client, "b"));
		});
	}

	@Test
	void refusesWhatSpringDoesNotHandOver() {
		assertThat(refusal(FlowWithoutSuspending.class)).contains(
				"FlowWithoutSuspending.call() returns kotlinx.coroutines.flow.Flow, which cannot be guarded until it completes");
		assertThat(refusal(NotSuspendingDeferred.class)).contains(
				"NotSuspendingDeferred.call() returns kotlinx.coroutines.Deferred, which cannot be guarded until it completes");
		assertThat(refusal(SuspendingDeferred.class)).contains(
				"SuspendingDeferred.call() returns kotlinx.coroutines.Deferred, which cannot be guarded until it completes",
				"Return the value itself, or a Flow.");
		assertThat(refusal(SuspendingFuture.class)).contains(
				"SuspendingFuture.call() returns java.util.concurrent.CompletableFuture, which cannot be guarded until it completes");
	}

	@Test
	void refusesAFunctionWithoutAWayOut() {
		assertThat(refusal(DegradedWithoutWayOut.class)).contains(
				"The DEGRADED @Dependency method dev.resilience.interceptor.DegradedWithoutWayOut.call(String) returns String and has no way out");
		assertThat(refusal(OptionalNotNull.class)).contains(
				"The OPTIONAL @Dependency method dev.resilience.interceptor.OptionalNotNull.call(String) returns String and has no way out");
	}

	@Test
	void refusesFallbacksThatDoNotFit() {
		assertThat(refusal(WrongFallback.class)).contains("WrongFallback.none(String): it returns int, must be String",
				"WrongFallback.none(int): parameter 1 is int, must be String");
		assertThat(refusal(SuspendingFallbackOfBlocking.class)).contains(
				"SuspendingFallbackOfBlocking.none(): it is a suspending function, which only another one can have as its fallback");
	}

	@ParameterizedTest
	@ValueSource(strings = { "kotlin.reflect.full", "kotlinx.coroutines.reactor", "reactor.core" })
	void refusesAFunctionWithoutTheLibraries(String absent) {
		Method function = ReflectionUtils.findMethod(SuspendingClient.class, "call", (Class<?>[]) null);
		assertThatExceptionOfType(InvalidDependencyException.class)
			.isThrownBy(() -> SuspendingFunctions.refuseWithoutLibraries(function, new FilteredClassLoader(absent)))
			.withMessage("The @Dependency method dev.resilience.interceptor.SuspendingClient.call(String) cannot be"
					+ " intercepted, because it is a suspending function and Kotlin's libraries for that are absent");
		SuspendingFunctions.refuseWithoutLibraries(function, getClass().getClassLoader());
	}

	private static void run(Guarding guarding) {
		runner().run((context) -> guarding.run(context, context.getBean(SuspendingClient.class)));
	}

	private static ApplicationContextRunner runner() {
		return Guarded.runner(SuspendingClient.class)
			.withPropertyValues("resilience.types.critical.retry.backoff.initial=1ms",
					"resilience.types.degraded.retry.backoff.initial=1ms", "resilience.dependencies.partner.timeout=1m",
					"resilience.dependencies.kept.last-good.max-age=1h");
	}

	private static String refusal(Class<?> type) {
		return Guarded.refusal(Guarded.runner(type));
	}

	private static DependencyDescriptor dependency(ApplicationContext context, String name) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get(name);
	}

	private interface Guarding {

		void run(ApplicationContext context, SuspendingClient client);

	}

}
