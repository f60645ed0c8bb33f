package dev.resilience.interceptor;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.IdempotencyKey;
import dev.resilience.OutcomeClassifier;
import dev.resilience.PartialFailureException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The last good value as a way out.
 */
class LastGoodTests {

	private static final String PER_USER = "resilience.dependencies.prices.last-good.per-user=";

	@AfterEach
	void logOut() {
		SecurityContextHolder.clearContext();
	}

	@Test
	void servesTheSameArgumentsOnly() {
		run(Prices.class, (prices, target) -> {
			assertThat(prices.price("a")).isEqualTo("good a");
			target.broken = true;
			assertThat(prices.price("a")).isEqualTo("good a");
			assertThatIllegalStateException().isThrownBy(() -> prices.price("b"));
		});
	}

	@Test
	void servesTheLatest() {
		run(Prices.class, (prices, target) -> {
			prices.price("a");
			target.quality = "better ";
			prices.price("a");
			target.broken = true;
			assertThat(prices.price("a")).isEqualTo("better a");
		});
	}

	@Test
	void neverKeepsWhatAFallbackMadeUp() {
		run(WithFallback.class, (prices, target) -> {
			target.broken = true;
			assertThat(prices.price("a")).isEqualTo("made up");
			target.fallbackBroken = true;
			assertThatIllegalStateException().isThrownBy(() -> prices.price("a"));
			target.broken = false;
			assertThat(prices.price("a")).isEqualTo("good a");
			target.broken = true;
			assertThat(prices.price("a")).isEqualTo("good a");
		});
	}

	@Test
	void belongsToItsUser() {
		run(Prices.class, (prices, target) -> {
			logIn("anna");
			prices.price("a");
			assertThat(prices.later("a")).isCompletedWithValue("good a");
			target.broken = true;
			logIn("bert");
			assertThatIllegalStateException().isThrownBy(() -> prices.price("a"));
			assertThat(prices.later("a")).isCompletedExceptionally();
			logIn("anna");
			assertThat(prices.price("a")).isEqualTo("good a");
			assertThat(prices.later("a")).isCompletedWithValue("good a");
		});
	}

	@Test
	void belongsToItsBean() {
		Guarded.runner()
			.withBean("one", Prices.class)
			.withBean("other", Prices.class)
			.withPropertyValues(PER_USER + "true")
			.run((context) -> {
				Prices other = context.getBean("other", Prices.class);
				assertThat(context.getBean("one", Prices.class).price("a")).isEqualTo("good a");
				AopTestUtils.<Prices>getTargetObject(other).broken = true;
				assertThatIllegalStateException().isThrownBy(() -> other.price("a"));
			});
	}

	@Test
	void belongsToTheUserWhoCalledWhenTheValueComesLater() {
		run(Prices.class, (prices, target) -> {
			target.pending = new CompletableFuture<>();
			logIn("anna");
			CompletableFuture<String> answer = prices.later("a");
			logIn("bert");
			target.pending.complete("hers");
			assertThat(answer).isCompletedWithValue("hers");
			target.pending = null;
			target.broken = true;
			assertThat(prices.later("a")).isCompletedExceptionally();
			logIn("anna");
			assertThat(prices.later("a")).isCompletedWithValue("hers");
		});
	}

	@Test
	void isSharedIfThatIsWanted() {
		Guarded.runner(Prices.class, Monos.class).withPropertyValues(PER_USER + "false").run((context) -> {
			Prices prices = context.getBean(Prices.class);
			Monos monos = context.getBean(Monos.class);
			logIn("anna");
			prices.price("a");
			assertThat(monos.price().block()).isEqualTo("good");
			Prices target = AopTestUtils.getTargetObject(prices);
			target.broken = true;
			Monos monosTarget = AopTestUtils.getTargetObject(monos);
			monosTarget.broken = true;
			logIn("bert");
			assertThat(prices.price("a")).isEqualTo("good a");
			assertThat(monos.price().block()).isEqualTo("good");
		});
	}

	@Test
	void belongsToTheUserWhoSubscribes() {
		Guarded.runner(Monos.class).withPropertyValues(PER_USER + "true").run((context) -> {
			Monos monos = context.getBean(Monos.class);
			Monos target = AopTestUtils.getTargetObject(monos);
			logIn("nobody asks for");
			Mono<String> price = monos.price();
			SecurityContextHolder.clearContext();
			assertThat(price.contextWrite(user("anna")).block()).isEqualTo("good");
			target.broken = true;
			assertThatIllegalStateException().isThrownBy(() -> price.contextWrite(user("bert")).block());
			assertThatIllegalStateException().isThrownBy(() -> monos.price().block());
			assertThatIllegalStateException().isThrownBy(() -> price.contextWrite(unknownUser()).block());
			assertThat(price.contextWrite(user("anna")).block()).isEqualTo("good");
			assertThat(monos.price().contextWrite(user("anna")).block()).isEqualTo("good");
		});
	}

	@Test
	void belongsToTheCallerOfAMonoWhoseSubscriberIsUnknown() {
		Guarded.runner(Monos.class).withPropertyValues(PER_USER + "true").run((context) -> {
			Monos monos = context.getBean(Monos.class);
			logIn("anna");
			assertThat(monos.price().block()).isEqualTo("good");
			((Monos) AopTestUtils.getTargetObject(monos)).broken = true;
			Mono<String> annas = monos.price();
			logIn("bert");
			assertThat(annas.block()).isEqualTo("good");
			assertThatIllegalStateException().isThrownBy(() -> monos.price().block());
		});
	}

	@Test
	void isNotKeptOfACallWhoseUserCannotBeKnown() {
		Guarded.runner(Monos.class).withPropertyValues(PER_USER + "true").run((context) -> {
			Monos monos = context.getBean(Monos.class);
			assertThat(monos.price().contextWrite(unknownUser()).block()).isEqualTo("good");
			((Monos) AopTestUtils.getTargetObject(monos)).broken = true;
			assertThatIllegalStateException().isThrownBy(() -> monos.price().contextWrite(unknownUser()).block());
			assertThatIllegalStateException().isThrownBy(() -> monos.price().block());
		});
	}

	@Test
	void isFoundAgainUnderAnotherIdempotencyKey() {
		run(WithKey.class, (prices, target) -> {
			assertThat(prices.priceFor("key-1", "a")).isEqualTo("good a");
			target.broken = true;
			assertThat(prices.priceFor("key-2", "a")).isEqualTo("good a");
			assertThatIllegalStateException().isThrownBy(() -> prices.priceFor("key-1", "b"));
		});
	}

	@Test
	void isNoResultThatIsAFailure() {
		Guarded.runner(Prices.class)
			.withBean(OutcomeClassifier.class,
					() -> (result) -> "bad a".equals(result) ? FailureKind.SERVER_ERROR : null)
			.withPropertyValues(PER_USER + "true")
			.run((context) -> {
				Prices prices = context.getBean(Prices.class);
				Prices target = AopTestUtils.getTargetObject(prices);
				assertThat(prices.price("a")).isEqualTo("good a");
				assertThat(prices.later("a").join()).isEqualTo("good a");
				target.quality = "bad ";
				assertThat(prices.price("a")).isEqualTo("good a");
				assertThat(prices.later("a").join()).isEqualTo("good a");
				target.broken = true;
				assertThat(prices.price("a")).isEqualTo("good a");
				assertThat(prices.later("a").join()).isEqualTo("good a");
			});
	}

	@Test
	void isNoPartOfAResult() {
		run(Parts.class, (parts, target) -> {
			assertThat(parts.prices(List.of("a", "b"))).containsExactly("good a", "good b");
			target.partly = true;
			assertThat(parts.prices(List.of("a", "b"))).containsExactly("good a");
			target.partly = false;
			target.broken = true;
			assertThat(parts.prices(List.of("a", "b"))).containsExactly("good a", "good b");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Nothing.class, Fluxes.class, Streams.class })
	void isRefusedForWhatCannotBeKept(Class<?> type) {
		assertThat(refusal(type)).contains("'resilience.dependencies.prices.last-good' asks for the last good value of",
				type.getSimpleName() + ".price(), which returns",
				"Remove 'last-good' there, or return a value that can be kept and served again.");
	}

	private static String refusal(Class<?> type) {
		return Guarded.refusal(Guarded.runner(type).withPropertyValues(PER_USER + "true"));
	}

	private static <T extends Prices> void run(Class<T> type, Check<T> test) {
		ApplicationContextRunner runner = Guarded.runner(type).withPropertyValues(PER_USER + "true");
		runner.run((context) -> {
			T bean = context.getBean(type);
			test.run(bean, AopTestUtils.getTargetObject(bean));
		});
	}

	private static void logIn(String user) {
		SecurityContextHolder.clearContext();
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(user, ""));
	}

	private static Context user(String name) {
		return ReactiveSecurityContextHolder.withAuthentication(new TestingAuthenticationToken(name, ""));
	}

	private static Context unknownUser() {
		return ReactiveSecurityContextHolder.withSecurityContext(Mono.error(new IllegalStateException("no session")));
	}

	interface Check<T> {

		void run(T bean, T target);

	}

	static class Prices {

		volatile boolean broken;

		volatile boolean fallbackBroken;

		volatile String quality = "good ";

		volatile @Nullable CompletableFuture<String> pending;

		@Dependency(name = "prices", type = DEGRADED)
		public String price(String sku) {
			if (this.broken) {
				throw new IllegalStateException();
			}
			return this.quality + sku;
		}

		@Dependency(name = "prices", type = DEGRADED)
		public CompletableFuture<String> later(String sku) {
			CompletableFuture<String> pending = this.pending;
			return (pending != null) ? pending : CompletableFuture.completedFuture(sku).thenApply(this::price);
		}

	}

	static class WithFallback extends Prices {

		@Override
		@Dependency(name = "prices", type = DEGRADED, fallback = "none")
		public String price(String sku) {
			return super.price(sku);
		}

		String none(String sku) {
			if (this.fallbackBroken) {
				throw new IllegalStateException();
			}
			return "made up";
		}

	}

	static class WithKey extends Prices {

		@Dependency(name = "prices", type = DEGRADED)
		public String priceFor(@IdempotencyKey String key, String sku) {
			return super.price(sku);
		}

	}

	static class Parts extends Prices {

		volatile boolean partly;

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> prices(List<String> skus) {
			if (this.partly) {
				throw new PartialFailureException(Map.of("a", price("a")), Map.of("b", new IllegalStateException()));
			}
			return skus.stream().map(this::price).toList();
		}

	}

	static class Monos {

		volatile boolean broken;

		@Dependency(name = "prices", type = DEGRADED)
		public Mono<String> price() {
			return this.broken ? Mono.error(new IllegalStateException()) : Mono.just("good");
		}

	}

	static class Nothing {

		@Dependency(name = "prices", type = DEGRADED)
		public void price() {
		}

	}

	static class Fluxes {

		@Dependency(name = "prices", type = OPTIONAL)
		public Flux<String> price() {
			return Flux.just("");
		}

	}

	static class Streams {

		@Dependency(name = "prices", type = DEGRADED)
		public Stream<String> price() {
			return Stream.of("");
		}

	}

}
