package dev.resilience.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.resilience.Dependencies;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.ReactiveDependencies;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.guard.Guard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Work that is handed in and hands over its result later.
 */
@Timeout(60)
class AsyncDependenciesTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
		.withPropertyValues("resilience.dependencies.critical.type=critical",
				"resilience.dependencies.critical.idempotent=true",
				"resilience.dependencies.critical.retry.backoff.initial=1ms",
				"resilience.dependencies.degraded.type=degraded",
				"resilience.dependencies.degraded.retry.max-attempts=1",
				"resilience.dependencies.optional.type=optional");

	@Test
	void completesWithTheResult() {
		with((context) -> assertThat(
				async(context).<String>callAsync("critical", () -> CompletableFuture.completedFuture("result")))
			.isCompletedWithValue("result"));
	}

	@Test
	void asksForANewStageInEachAttempt() {
		with((context) -> {
			AtomicInteger calls = new AtomicInteger();
			CompletableFuture<String> result = async(context).callAsync("critical",
					() -> (calls.incrementAndGet() == 1) ? CompletableFuture.failedFuture(new IOException())
							: CompletableFuture.completedFuture("attempt " + calls));
			assertThat(result).succeedsWithin(LONG).isEqualTo("attempt 2");
			assertThat(DependencyCall.current()).isEmpty();
		});
	}

	@Test
	void isGuardedUntilTheStageCompletes() {
		this.runner.withPropertyValues("resilience.dependencies.critical.retry.max-attempts=1").run((context) -> {
			CompletableFuture<String> never = new CompletableFuture<>();
			CompletableFuture<String> result = async(context).callAsync("critical", () -> never);
			assertThat(guard(context, "critical").inFlight()).isEqualTo(1);
			result.cancel(true);
			assertThat(never).isCancelled();
			assertThat(guard(context, "critical").inFlight()).isZero();
			assertThat(guard(context, "critical").readBreaker().calls()).isZero();
		});
	}

	@Test
	void timeoutCancelsTheStage() {
		this.runner.withPropertyValues("resilience.dependencies.degraded.timeout=50ms").run((context) -> {
			CompletableFuture<String> never = new CompletableFuture<>();
			CompletableFuture<String> result = async(context).callAsync("degraded", () -> never);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
				.withCauseInstanceOf(DependencyTimeoutException.class);
			assertThat(never).isCancelled();
			assertThat(guard(context, "degraded").inFlight()).isZero();
		});
	}

	@Test
	void failureOfAnOptionalCallIsNoResult() {
		with((context) -> assertThat(
				async(context).callAsync("optional", () -> CompletableFuture.<String>failedFuture(new IOException())))
			.succeedsWithin(LONG)
			.isNull());
	}

	@ParameterizedTest
	@ValueSource(strings = { "critical", "degraded", "optional" })
	void fallsBackWhateverTheType(String name) {
		with((context) -> assertThat(async(context).<String>callAsync(name, () -> {
			throw new IOException("failed");
		}, Throwable::getMessage)).succeedsWithin(LONG).isEqualTo("failed"));
	}

	@Test
	void guardsAMono() {
		with((context) -> {
			AtomicInteger subscriptions = new AtomicInteger();
			Mono<String> source = Mono.defer(() -> (subscriptions.incrementAndGet() == 1)
					? Mono.error(new IOException()) : Mono.just("subscription " + subscriptions));
			Mono<String> guarded = source.transform(reactive(context).mono("critical"));
			assertThat(subscriptions).hasValue(0);
			assertThat(guarded.block(LONG)).isEqualTo("subscription 2");
			assertThat(guarded.block(LONG)).isEqualTo("subscription 3");
			assertThat(guard(context, "critical").signals().read(guard(context, "critical").now(), 0).errorRate())
				.isZero();
		});
	}

	@Test
	void guardsAFlux() {
		with((context) -> {
			Flux<Integer> failing = Flux.error(new IOException());
			assertThat(failing.transform(reactive(context).flux("optional")).collectList().block(LONG)).isEmpty();
			StepVerifier.create(failing.transform(reactive(context).flux("degraded"))).verifyError(IOException.class);
			assertThat(Flux.range(1, 3).transform(reactive(context).flux("critical")).collectList().block(LONG))
				.containsExactly(1, 2, 3);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "critical", "degraded", "optional" })
	void fallsBackToPublishersWhateverTheType(String name) {
		with((context) -> {
			Mono<String> mono = Mono.error(new IOException("failed"));
			assertThat(
					mono.transform(reactive(context).<String>mono(name, (failure) -> Mono.just(failure.getMessage())))
						.block(LONG))
				.isEqualTo("failed");
			Flux<String> flux = Flux.error(new IOException("failed"));
			assertThat(flux.transform(reactive(context).<String>flux(name, (failure) -> Flux.just("a", "b")))
				.collectList()
				.block(LONG)).containsExactly("a", "b");
		});
	}

	@Test
	void refusesUnknownNamesBeforeAnythingIsSubscribed() {
		with((context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> reactive(context).mono("unknown"))
				.withMessageStartingWith("Unknown dependency 'unknown'");
			assertThatIllegalArgumentException().isThrownBy(() -> reactive(context).flux("unknown"));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> async(context).callAsync("unknown", () -> new CompletableFuture<String>()));
		});
	}

	@Test
	void thereAreNoOperatorsWithoutReactor() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor.core.publisher"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Dependencies.class)
				.doesNotHaveBean("resilienceReactiveDependencies"));
	}

	private void with(Consumer<AssertableApplicationContext> test) {
		this.runner.run(test::accept);
	}

	private static Dependencies async(AssertableApplicationContext context) {
		return context.getBean(Dependencies.class);
	}

	private static ReactiveDependencies reactive(AssertableApplicationContext context) {
		return context.getBean(ReactiveDependencies.class);
	}

	private static Guard guard(AssertableApplicationContext context, String name) {
		return Objects.requireNonNull(context.getBean(DependencyRegistry.class).find(name));
	}

}
