package dev.resilience.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.resilience.Dependencies;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Work that is handed in.
 */
@Timeout(60)
class ProgrammaticDependenciesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
		.withPropertyValues("resilience.dependencies.critical.type=critical",
				"resilience.dependencies.degraded.type=degraded", "resilience.dependencies.optional.type=optional",
				"resilience.dependencies.critical.retry.backoff.initial=1ms",
				"resilience.dependencies.degraded.retry.backoff.initial=1ms");

	@ParameterizedTest
	@ValueSource(strings = { "critical", "degraded", "optional" })
	void returnsTheResult(String name) {
		with((dependencies) -> assertThat(dependencies.<String, RuntimeException>call(name, () -> "result"))
			.isEqualTo("result"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "critical", "degraded" })
	void throwsTheCheckedExceptionOfTheWork(String name) {
		with((dependencies) -> {
			IOException failure = new IOException();
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> readWith(dependencies, name, failure))
				.isSameAs(failure);
		});
	}

	private static String readWith(Dependencies dependencies, String name, IOException failure) throws IOException {
		return dependencies.call(name, () -> {
			throw failure;
		});
	}

	@Test
	void returnsNullIfAnOptionalCallFails() {
		with((dependencies) -> assertThat(dependencies.<String, RuntimeException>call("optional", () -> {
			throw new IllegalStateException();
		})).isNull());
	}

	@ParameterizedTest
	@ValueSource(strings = { "critical", "degraded", "optional" })
	void fallsBackWhateverTheType(String name) {
		with((dependencies) -> assertThat(dependencies.<String, RuntimeException>call(name, () -> {
			throw new IllegalStateException("failed");
		}, Throwable::getMessage)).isEqualTo("failed"));
	}

	@Test
	void throwsWhatAFallbackThrows() {
		with((dependencies) -> assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> dependencies.<String, RuntimeException>call("degraded", () -> {
				throw new IllegalStateException("first");
			}, (failure) -> {
				throw new UnsupportedOperationException();
			}))
			.satisfies(
					(ex) -> assertThat(ex.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class)));
	}

	@Test
	void runsAndWaitsUnlessTheDependencyIsOptional() {
		with((dependencies) -> {
			for (String name : new String[] { "critical", "degraded" }) {
				AtomicInteger runs = new AtomicInteger();
				dependencies.run(name, runs::incrementAndGet);
				assertThat(runs).hasValue(1);
			}
			CountDownLatch gate = new CountDownLatch(1);
			CountDownLatch done = new CountDownLatch(1);
			dependencies.run("optional", () -> {
				try {
					gate.await();
					done.countDown();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			});
			gate.countDown();
			assertThatCompletes(done);
		});
	}

	private static void assertThatCompletes(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void criticalRunsFail() {
		with((dependencies) -> assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> dependencies.run("critical", () -> {
				throw new IllegalStateException();
			})));
	}

	@Test
	void refusesAnUnknownName() {
		with((dependencies) -> assertThatIllegalArgumentException().isThrownBy(() -> dependencies.run("unknown", () -> {
		}))
			.withMessage("Unknown dependency 'unknown': name it under 'resilience.dependencies' or on a @Dependency"
					+ " method, or allow unknown names with 'resilience.allow-unknown'; known are [critical, degraded, optional]"));
	}

	@ParameterizedTest
	@MethodSource
	void refusesResultsThatComeLater(Object later) {
		with((dependencies) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> dependencies.<Object, RuntimeException>call("optional", () -> later))
			.withMessageStartingWith("The call of dependency 'optional' returned a %s, which would be unguarded",
					later.getClass().getName()));
	}

	static Stream<Object> refusesResultsThatComeLater() {
		return Stream.of(new CompletableFuture<>(), new FutureTask<>(() -> ""), Mono.empty(),
				new SubmissionPublisher<>());
	}

	@Test
	void tellsTheWorkWhereItIs() {
		this.runner.withPropertyValues("resilience.dependencies.critical.idempotent=true").run((context) -> {
			AtomicReference<String> key = new AtomicReference<>();
			assertThat(DependencyCall.current()).isEmpty();
			int attempts = context.getBean(Dependencies.class).<Integer, RuntimeException>call("critical", () -> {
				DependencyCall call = DependencyCall.current().orElseThrow();
				assertThat(call.name()).isEqualTo("critical");
				assertThat(call.operation()).isEqualTo("critical");
				assertThat(call.deadline().remaining()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(10));
				if (call.attempt() == 1) {
					key.set(call.idempotencyKey());
					throw new IllegalStateException();
				}
				assertThat(call.idempotencyKey()).isNotBlank().isEqualTo(key.get());
				return call.attempt();
			});
			assertThat(attempts).isEqualTo(2);
			assertThat(DependencyCall.current()).isEmpty();
			context.getBean(Dependencies.class)
				.run("critical", () -> assertThat(DependencyCall.current().orElseThrow().idempotencyKey())
					.isNotEqualTo(key.get()));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void innerCallsEndWithTheOuterOne(String isolation) {
		this.runner.withPropertyValues("resilience.dependencies.critical.timeout=300ms",
				"resilience.types.critical.retry.max-attempts=1", "resilience.dependencies.inner.type=critical",
				"resilience.dependencies.inner.timeout=30s", "resilience.dependencies.critical.isolation=" + isolation,
				"resilience.dependencies.inner.isolation=" + isolation)
			.run((context) -> {
				Dependencies dependencies = context.getBean(Dependencies.class);
				AtomicReference<Duration> left = new AtomicReference<>();
				assertThatExceptionOfType(DependencyTimeoutException.class)
					.isThrownBy(() -> dependencies.run("critical", () -> dependencies.run("inner", () -> {
						DependencyCall call = DependencyCall.current().orElseThrow();
						assertThat(call.name()).isEqualTo("inner");
						left.set(call.deadline().remaining());
						try {
							new CountDownLatch(1).await();
						}
						catch (InterruptedException ex) {
							throw new IllegalStateException(ex);
						}
					})));
				assertThat(left.get()).isLessThanOrEqualTo(Duration.ofMillis(300));
				assertThat(Thread.interrupted()).isFalse();
			});
	}

	@Test
	void isNotCalledWhenSwitchedOff() {
		this.runner.withPropertyValues("resilience.dependencies.critical.switch=off").run((context) -> {
			AtomicInteger calls = new AtomicInteger();
			assertThatExceptionOfType(DependencyUnavailableException.class)
				.isThrownBy(() -> context.getBean(Dependencies.class).run("critical", calls::incrementAndGet))
				.satisfies((ex) -> assertThat(ex.dependency()).isEqualTo("critical"));
			assertThat(calls).hasValue(0);
		});
	}

	private void with(Consumer<Dependencies> test) {
		this.runner.run((context) -> test.accept(context.getBean(Dependencies.class)));
	}

}
