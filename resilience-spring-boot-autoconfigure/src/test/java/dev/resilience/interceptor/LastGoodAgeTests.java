package dev.resilience.interceptor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.signal.DegradedResponse;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * How old last good values are, when they come late, and how many there are.
 */
class LastGoodAgeTests {

	private static final ApplicationContextRunner RUNNER = Guarded
		.runner(MovedClock.class, Responses.class, Prices.class)
		.withPropertyValues("resilience.dependencies.prices.last-good.per-user=false");

	static Stream<Function<Prices, @Nullable String>> forms() {
		return Stream.of(Prices::price, (prices) -> prices.later().join(), (prices) -> prices.mono().block());
	}

	@ParameterizedTest
	@MethodSource("forms")
	void tellTheResponseHowOldTheyAre(Function<Prices, String> call) {
		run((prices, given) -> {
			assertThat(call.apply(prices)).isEqualTo("good");
			given.clock.move(Duration.ofSeconds(42));
			assertThat(given.responses.ages).isEmpty();
			given.target.broken = true;
			assertThat(call.apply(prices)).isEqualTo("good");
			assertThat(given.responses.ages).singleElement()
				.satisfies((age) -> assertThat(age).isBetween(Duration.ofSeconds(42), Duration.ofSeconds(60)));
		});
	}

	@ParameterizedTest
	@MethodSource("forms")
	void tellGuardedCodeHowOldTheyAre(Function<Prices, String> call) {
		run((prices, given) -> {
			call.apply(prices);
			assertThat(given.target.age).isEmpty();
			given.clock.move(Duration.ofSeconds(42));
			call.apply(prices);
			assertThat(given.target.age)
				.hasValueSatisfying((age) -> assertThat(age).isBetween(Duration.ofSeconds(42), Duration.ofSeconds(60)));
			given.clock.move(Duration.ofHours(1));
			call.apply(prices);
			assertThat(given.target.age).isEmpty();
		});
	}

	@Test
	void areNoLongerServedWhenTheyAreTooOld() {
		run((prices, given) -> {
			prices.price();
			given.clock.move(Duration.ofMinutes(10).plusMillis(1));
			given.target.broken = true;
			assertThatIllegalStateException().isThrownBy(prices::price);
		});
	}

	@Test
	void areKeptWhenTheirCallerHasGone() {
		RUNNER
			.withPropertyValues("resilience.dependencies.prices.timeout=1s",
					"resilience.dependencies.prices.retry.max-attempts=1")
			.run((context) -> {
				Prices prices = context.getBean(Prices.class);
				Prices target = AopTestUtils.getTargetObject(prices);
				target.held = new CountDownLatch(1);
				assertThat(prices.natural()).isEmpty();
				target.held.countDown();
				target.broken = true;
				Awaitility.await().untilAsserted(() -> assertThat(prices.natural()).containsExactly("late"));
			});
	}

	@Test
	void areBounded() {
		RUNNER.withPropertyValues("resilience.dependencies.prices.last-good.max-entries=10").run((context) -> {
			Prices prices = context.getBean(Prices.class);
			for (int i = 0; i < 100; i++) {
				assertThat(prices.number(i)).containsExactly(i);
			}
			((Prices) AopTestUtils.getTargetObject(prices)).broken = true;
			Awaitility.await().untilAsserted(() -> {
				int kept = 0;
				for (int i = 0; i < 100; i++) {
					kept += prices.number(i).size();
				}
				assertThat(kept).isBetween(1, 10);
			});
		});
	}

	private static void run(BiConsumer<Prices, Given> test) {
		RUNNER.run((context) -> {
			Prices prices = context.getBean(Prices.class);
			test.accept(prices, new Given(AopTestUtils.getTargetObject(prices), context.getBean(MovedClock.class),
					context.getBean(Responses.class)));
		});
	}

	private record Given(Prices target, MovedClock clock, Responses responses) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Responses {

		final List<Duration> ages = new ArrayList<>();

		@Bean
		Supplier<DegradedResponse> response() {
			return () -> (dependency, age) -> this.ages.add(age);
		}

	}

	static class Prices {

		volatile boolean broken;

		volatile Optional<Duration> age = Optional.empty();

		volatile @Nullable CountDownLatch held;

		@Dependency(name = "prices", type = DEGRADED)
		public String price() {
			this.age = DependencyCall.current().flatMap(DependencyCall::lastGoodAge);
			return answer();
		}

		private String answer() {
			if (this.broken) {
				throw new IllegalStateException();
			}
			return "good";
		}

		@Dependency(name = "prices", type = DEGRADED)
		public CompletableFuture<String> later() {
			this.age = DependencyCall.current().flatMap(DependencyCall::lastGoodAge);
			return CompletableFuture.supplyAsync(this::answer);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public Mono<String> mono() {
			this.age = DependencyCall.current().flatMap(DependencyCall::lastGoodAge);
			return Mono.fromSupplier(this::answer);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> natural() {
			CountDownLatch held = this.held;
			if (this.broken || held == null) {
				throw new IllegalStateException();
			}
			while (held.getCount() > 0) {
				try {
					held.await(10, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					// as a socket read does not see it either
				}
			}
			return List.of("late");
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<Integer> number(int number) {
			return this.broken ? List.of(price().length()) : List.of(number);
		}

	}

}
