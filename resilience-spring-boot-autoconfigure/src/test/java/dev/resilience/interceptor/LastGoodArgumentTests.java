package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.resilience.Dependency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which arguments last good values can be found by.
 */
@ExtendWith(OutputCaptureExtension.class)
class LastGoodArgumentTests {

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Prices.class)
		.withPropertyValues("resilience.dependencies.prices.last-good.per-user=false");

	@Test
	void areComparedAndNotIdentified(CapturedOutput output) {
		with((prices, target) -> {
			assertThat(prices.price(new Sku("a"), TimeUnit.DAYS, String.class, null)).containsExactly("a");
			target.broken = true;
			assertThat(prices.price(new Sku("a"), TimeUnit.DAYS, String.class, null)).containsExactly("a");
			assertThat(prices.price(new Sku("b"), TimeUnit.DAYS, String.class, null)).isEmpty();
			assertThat(prices.price(new Sku("a"), TimeUnit.HOURS, String.class, null)).isEmpty();
			assertThat(prices.price(new Sku("a"), TimeUnit.DAYS, Integer.class, null)).isEmpty();
			assertThat(prices.price(new Sku("a"), TimeUnit.DAYS, String.class, "")).isEmpty();
		});
		assertThat(output).doesNotContain("has no hashCode of its own");
	}

	@Test
	void areComparedByTheElementsOfArrays() {
		with((prices, target) -> {
			assertThat(prices.arrays(new String[][] { { "a" }, { "b" } }, 1)).containsExactly("a");
			target.broken = true;
			assertThat(prices.arrays(new String[][] { { "a" }, { "b" } }, 1)).containsExactly("a");
			assertThat(prices.arrays(new String[][] { { "a" }, { "c" } }, 1)).isEmpty();
			assertThat(prices.arrays(new String[][] { { "a" }, { "b" } }, 2)).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "hashCode", "equals", "endless" })
	void thatThrowWhenTheyAreComparedLeaveTheCallAlone(String broken) {
		with((prices, target) -> {
			assertThat(prices.object(hostile(broken))).containsExactly("an object");
			assertThat(prices.object(hostile(broken))).containsExactly("an object");
			target.broken = true;
			assertThat(prices.object(hostile(broken))).isEmpty();
		});
	}

	@Test
	void areNotFoundAgainWhenTheyWereChanged() {
		with((prices, target) -> {
			List<String> skus = new ArrayList<>(List.of("a"));
			assertThat(prices.object(skus)).containsExactly("an object");
			skus.add("b");
			target.broken = true;
			assertThat(prices.object(List.of("a"))).isEmpty();
			assertThat(prices.object(List.of("a", "b"))).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { OfFinalClass.class, OfArray.class })
	void areRefusedIfTheyCanNeverBeFoundAgain(Class<?> type) {
		assertThat(Guarded.refusal(
				Guarded.runner(type).withPropertyValues("resilience.dependencies.prices.last-good.per-user=false")))
			.contains("'resilience.dependencies.prices.last-good' asks for the last good value of",
					"whose parameter 2, java.lang.StringBuilder, has no hashCode of its own: no value would ever be found again",
					"Give it equals and hashCode, or remove 'last-good' there.");
	}

	@Test
	void areWarnedOfIfASubclassMayStillBeFoundAgain(CapturedOutput output) {
		Guarded.runner(OfOpenClass.class)
			.withPropertyValues("resilience.dependencies.prices.last-good.per-user=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("has no hashCode of its own: without one in a subclass");
	}

	private static Object hostile(String broken) {
		if (broken.equals("endless")) {
			List<Object> endless = new ArrayList<>();
			endless.add(endless);
			return endless;
		}
		return new Hostile(broken.equals("hashCode"));
	}

	private static void with(Check test) {
		RUNNER.run((context) -> {
			Prices prices = context.getBean(Prices.class);
			test.run(prices, AopTestUtils.getTargetObject(prices));
		});
	}

	interface Check {

		void run(Prices prices, Prices target);

	}

	record Sku(String code) {
	}

	static class Hostile {

		private final boolean hash;

		Hostile(boolean hash) {
			this.hash = hash;
		}

		@Override
		public boolean equals(Object other) {
			throw new IllegalStateException("equals");
		}

		@Override
		public int hashCode() {
			if (this.hash) {
				throw new IllegalStateException("hashCode");
			}
			return 1;
		}

	}

	static class Prices {

		volatile boolean broken;

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> price(Sku sku, TimeUnit unit, Class<?> type, Object anything) {
			return answer(sku.code());
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> arrays(String[][] skus, int number) {
			return answer(skus[0][0]);
		}

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> object(Object anything) {
			return answer("an object");
		}

		private List<String> answer(String answer) {
			if (this.broken) {
				throw new IllegalStateException();
			}
			return List.of(answer);
		}

	}

	static class OfFinalClass {

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> price(String sku, StringBuilder text) {
			return List.of();
		}

	}

	static class OfArray {

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> price(String sku, StringBuilder... texts) {
			return List.of();
		}

	}

	static class OfOpenClass {

		@Dependency(name = "prices", type = DEGRADED)
		public List<String> price(Open open) {
			return List.of();
		}

	}

	static class Open {

	}

}
