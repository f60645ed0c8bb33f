package dev.resilience.interceptor;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.Advisor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.RootClassFilter;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What callers see of failing dependencies, by type and by the form of the result.
 */
class StrategyTests {

	private static final ApplicationContextRunner RUNNER = Guarded
		.runner(Critical.class, Degraded.class, Optionals.class)
		.withPropertyValues("resilience.types.critical.retry.backoff.initial=1ms",
				"resilience.types.degraded.retry.backoff.initial=1ms");

	@Test
	void criticalFailuresReachTheCallerUnchanged() {
		with(Critical.class, (critical) -> {
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::value).isSameAs(target(critical).failure);
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::nothing).isSameAs(target(critical).failure);
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::list).isSameAs(target(critical).failure);
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::number).isSameAs(target(critical).failure);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> critical.stage().join())
				.havingCause()
				.isSameAs(target(critical).failure);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> critical.future().get())
				.havingCause()
				.isSameAs(target(critical).failure);
			assertThatExceptionOfType(Broken.class).isThrownBy(() -> critical.mono().block())
				.isSameAs(target(critical).failure);
			assertThatExceptionOfType(Broken.class).isThrownBy(() -> critical.flux().collectList().block())
				.isSameAs(target(critical).failure);
		});
	}

	@Test
	void criticalCallsThatWereNeverSentAreRepeated() {
		with(Critical.class, (critical) -> {
			target(critical).failure = new Broken(new ConnectException());
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::value);
			assertThat(target(critical).calls).hasValue(3);
		});
	}

	@Test
	void criticalCallsThatMayHaveBeenReceivedAreRepeatedIfIdempotent() {
		with(Critical.class, (critical) -> {
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::value);
			assertThat(target(critical).calls).hasValue(1);
			assertThatExceptionOfType(Broken.class).isThrownBy(critical::idempotent);
			assertThat(target(critical).calls).hasValue(4);
		});
	}

	@Test
	void degradedCallersSeeANaturalEmptyValue() {
		with(Degraded.class, StrategyTests::assertEmpty);
	}

	@Test
	void optionalCallersSeeANaturalEmptyValueOrNothing() {
		with(Optionals.class, (optional) -> {
			assertEmpty(optional);
			assertThat(optional.number()).isZero();
			assertThat(optional.flag()).isFalse();
			assertThat(optional.letter()).isEqualTo((char) 0);
			assertThat(optional.boxed()).isNull();
			assertThat(optional.object()).isNull();
			assertThat(optional.stage()).isCompletedWithValue(null);
			assertThat(optional.mono().blockOptional()).isEmpty();
		});
	}

	private static void assertEmpty(Empties empties) {
		assertThat(empties.optional()).isEmpty();
		assertThat(empties.optionalInt()).isEmpty();
		assertThat(empties.list()).isEmpty();
		assertThat(empties.set()).isEmpty();
		assertThat(empties.map()).isEmpty();
		assertThat(empties.sorted()).isEmpty();
		assertThat(empties.queue()).isEmpty();
		assertThat(empties.concrete()).isInstanceOf(ArrayList.class).isEmpty();
		assertThat(empties.concreteSet()).isInstanceOf(LinkedHashSet.class).isEmpty();
		assertThat(empties.iterable()).isEmpty();
		assertThat(empties.array()).isEmpty();
		assertThat(empties.matrix()).isEmpty();
		assertThat(empties.stream()).isEmpty();
		assertThat(empties.flux().collectList().block()).isEmpty();
		assertThat(Flux.from(empties.publisher()).collectList().block()).isEmpty();
		assertThat(empties.stageOfList().toCompletableFuture().join()).isEmpty();
		assertThat(empties.monoOfOptional().block()).isEqualTo(Optional.empty());
		assertThat(empties.voidStage()).isCompletedWithValue(null);
		empties.nothing();
	}

	@Test
	void fallbacksDoNotHideFailures() {
		RUNNER.run((context) -> {
			context.getBean(Degraded.class).list();
			DependencyDescriptor degraded = dependency(context, "degraded");
			assertThat(degraded.failures()).containsEntry(FailureKind.UNKNOWN, 1L);
			assertThat(degraded.signals().errorRate()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Critical.class, Degraded.class, Optionals.class })
	void answersReachTheCallerWhateverTheType(Class<? extends Empties> type) {
		RUNNER.run((context) -> {
			Empties empties = context.getBean(type);
			target(empties).failure = new Answer();
			assertThatExceptionOfType(Answer.class).isThrownBy(empties::idempotent).isSameAs(target(empties).failure);
			assertThat(target(empties).calls).hasValue(1);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> empties.voidStage().join())
				.havingCause()
				.isSameAs(target(empties).failure);
			assertThatExceptionOfType(Answer.class).isThrownBy(() -> empties.flux().collectList().block());
			DependencyDescriptor dependency = dependency(context, type.getSimpleName().toLowerCase());
			assertThat(dependency.failures()).isEmpty();
			assertThat(dependency.breaker().failureRate()).isZero();
			assertThat(dependency.breaker().calls()).isEqualTo(3);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Critical.class, Degraded.class, Optionals.class })
	void errorsAreNeitherRepeatedNorReplaced(Class<? extends Empties> type) {
		with(type, (empties) -> {
			target(empties).error = new StackOverflowError();
			assertThatExceptionOfType(StackOverflowError.class).isThrownBy(empties::idempotent)
				.isSameAs(target(empties).error);
			assertThat(target(empties).calls).hasValue(1);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> empties.voidStage().join())
				.havingCause()
				.isSameAs(target(empties).error);
		});
	}

	@Test
	void methodsThatSucceedReturnTheirValues() {
		with(Optionals.class, (optional) -> {
			target(optional).failure = null;
			assertThat(optional.list()).containsExactly("value");
			assertThat(optional.number()).isEqualTo(7);
			assertThat(optional.stage()).succeedsWithin(java.time.Duration.ofSeconds(5)).isEqualTo("value");
			assertThat(optional.mono().block()).isEqualTo("value");
			assertThat(optional.flux().collectList().block()).containsExactly("value");
		});
	}

	@Test
	void nothingHappensBeforeSomebodySubscribes() {
		with(Critical.class, (critical) -> {
			critical.mono();
			critical.flux();
			assertThat(target(critical).calls).hasValue(0);
		});
	}

	@Test
	void innerInterceptorsRunForEveryAttempt() {
		RUNNER.withUserConfiguration(CountingConfiguration.class).run((context) -> {
			assertThatExceptionOfType(Broken.class).isThrownBy(context.getBean(Critical.class)::idempotent);
			assertThat(context.getBean("inner", Counter.class).calls).hasValue(3);
			assertThat(context.getBean("outer", Counter.class).calls).hasValue(1);
		});
	}

	@Test
	void theApplicationsClassifierIsAskedFirst() {
		RUNNER.withBean(dev.resilience.FailureClassifier.class, () -> (failure) -> FailureKind.NONE)
			.run((context) -> assertThatExceptionOfType(Broken.class)
				.isThrownBy(context.getBean(Degraded.class)::list));
	}

	private static <T> void with(Class<T> type, Consumer<T> test) {
		RUNNER.run((context) -> test.accept(context.getBean(type)));
	}

	private static <T> T target(T bean) {
		return AopTestUtils.getTargetObject(bean);
	}

	private static DependencyDescriptor dependency(ApplicationContext context, String name) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get(name);
	}

	static class Broken extends RuntimeException {

		Broken() {
		}

		Broken(Throwable cause) {
			super(cause);
		}

	}

	static class Answer extends RuntimeException {

	}

	/** Results that can be empty. */
	abstract static class Empties {

		final AtomicInteger calls = new AtomicInteger();

		volatile @Nullable RuntimeException failure = new Broken();

		volatile @Nullable Error error;

		<T> T returns(T value) {
			this.calls.incrementAndGet();
			if (this.error != null) {
				throw this.error;
			}
			if (this.failure != null) {
				throw this.failure;
			}
			return value;
		}

		<T> CompletableFuture<T> later(T value) {
			try {
				return CompletableFuture.completedFuture(returns(value));
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		public void nothing() {
			returns("");
		}

		@Dependency(idempotent = true)
		public Optional<String> idempotent() {
			return returns(Optional.of(""));
		}

		public Optional<String> optional() {
			return returns(Optional.of(""));
		}

		public OptionalInt optionalInt() {
			return returns(OptionalInt.of(1));
		}

		public List<String> list() {
			return returns(List.of("value"));
		}

		public Set<String> set() {
			return returns(Set.of(""));
		}

		public Map<String, String> map() {
			return returns(Map.of("", ""));
		}

		public SortedMap<String, String> sorted() {
			return returns(new java.util.TreeMap<>(Map.of("", "")));
		}

		public Queue<String> queue() {
			return returns(new java.util.ArrayDeque<>(List.of("")));
		}

		public ArrayList<String> concrete() {
			return returns(new ArrayList<>(List.of("")));
		}

		public LinkedHashSet<String> concreteSet() {
			return returns(new LinkedHashSet<>(List.of("")));
		}

		public Iterable<String> iterable() {
			return returns(List.of(""));
		}

		public String[] array() {
			return returns(new String[1]);
		}

		public int[][] matrix() {
			return returns(new int[1][1]);
		}

		public Stream<String> stream() {
			return returns(Stream.of(""));
		}

		public Flux<String> flux() {
			return Flux.fromIterable(returns(List.of("value")));
		}

		public Publisher<String> publisher() {
			return Mono.fromSupplier(() -> returns("value"));
		}

		public CompletionStage<List<String>> stageOfList() {
			return later(List.of(""));
		}

		public Mono<Optional<String>> monoOfOptional() {
			return Mono.fromSupplier(() -> returns(Optional.of("")));
		}

		public CompletableFuture<@Nullable Void> voidStage() {
			return later(null);
		}

	}

	/** Results that cannot be empty. */
	abstract static class Values extends Empties {

		public int number() {
			return returns(7);
		}

		public boolean flag() {
			return returns(true);
		}

		public char letter() {
			return returns('a');
		}

		public @Nullable Integer boxed() {
			return returns(7);
		}

		public @Nullable Object object() {
			return returns(new Object());
		}

		public @Nullable String value() {
			return returns("value");
		}

		public CompletableFuture<@Nullable String> stage() {
			return later("value");
		}

		public Future<@Nullable String> future() {
			return later("value");
		}

		public Mono<String> mono() {
			return Mono.fromSupplier(() -> returns("value"));
		}

	}

	@Dependency(name = "critical", type = CRITICAL, ignore = Answer.class)
	static class Critical extends Values {

	}

	@Dependency(name = "degraded", type = DEGRADED, ignore = Answer.class)
	static class Degraded extends Empties {

	}

	@Dependency(name = "optionals", type = OPTIONAL, ignore = Answer.class)
	static class Optionals extends Values {

	}

	@Configuration(proxyBeanMethods = false)
	static class CountingConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor inner() {
			return new Counter(Dependency.ADVISOR_ORDER + 1);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static Advisor outer() {
			return new Counter(Dependency.ADVISOR_ORDER - 1);
		}

	}

	static class Counter extends DefaultPointcutAdvisor {

		private final transient AtomicInteger calls = new AtomicInteger();

		Counter(int order) {
			setOrder(order);
			setPointcut(new org.springframework.aop.support.ComposablePointcut(new RootClassFilter(Critical.class)));
			setAdvice((MethodInterceptor) (invocation) -> {
				this.calls.incrementAndGet();
				return invocation.proceed();
			});
		}

	}

}
