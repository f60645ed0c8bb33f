package dev.resilience.guard;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

import dev.resilience.policy.BackoffStrategy;
import dev.resilience.policy.OperationPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link Backoff}.
 */
class BackoffTests {

	private static final DoubleSupplier HIGHEST = () -> Math.nextDown(1.0);

	@Test
	void growsByItsMultiplierUpToItsMaximum() {
		Backoff backoff = backoff(0, HIGHEST);
		assertThat(new long[] { millis(backoff, 1), millis(backoff, 2), millis(backoff, 3), millis(backoff, 5),
				millis(backoff, 6), millis(backoff, 10_000) })
			.containsExactly(200, 400, 800, 3200, 5000, 5000);
	}

	@Test
	void growsByItsInitialWait() {
		Backoff backoff = backoff(BackoffStrategy.LINEAR, 0, HIGHEST);
		assertThat(new long[] { millis(backoff, 1), millis(backoff, 2), millis(backoff, 3), millis(backoff, 25),
				millis(backoff, 26), millis(backoff, 1_000_000) })
			.containsExactly(200, 400, 600, 5000, 5000, 5000);
	}

	@Test
	void staysAsItIs() {
		Backoff backoff = backoff(BackoffStrategy.FIXED, 0, HIGHEST);
		assertThat(new long[] { millis(backoff, 1), millis(backoff, 2), millis(backoff, 1_000_000) })
			.containsExactly(200, 200, 200);
	}

	@ParameterizedTest
	@EnumSource
	void jitterIsTheSameForAllStrategies(BackoffStrategy strategy) {
		for (int attempt : new int[] { 1, 2, 7, 1_000_000 }) {
			long longest = backoff(strategy, 0, HIGHEST).nanos(attempt);
			assertThat(backoff(strategy, 1, () -> 0).nanos(attempt)).isZero();
			assertThat(backoff(strategy, 1, () -> 0.5).nanos(attempt)).isEqualTo(longest / 2);
			assertThat(backoff(strategy, 0.4, () -> 0).nanos(attempt)).isCloseTo(longest * 6 / 10, within(1L));
			assertThat(backoff(strategy, 0.4, () -> 0.5).nanos(attempt)).isCloseTo(longest * 8 / 10, within(1L));
		}
	}

	@Test
	void neverOverflows() {
		Duration year = Duration.ofDays(366);
		Backoff backoff = new Backoff(new OperationPolicy.Backoff(BackoffStrategy.EXPONENTIAL, year, 100, year, 1),
				HIGHEST);
		for (int attempt = 1; attempt <= 1_000_000; attempt++) {
			assertThat(backoff.nanos(attempt)).isBetween(year.toNanos() - 10, year.toNanos());
		}
	}

	@Test
	void isUniform() {
		Backoff backoff = backoff(1, new Random(42)::nextDouble);
		int[] quarters = new int[4];
		for (int i = 0; i < 40_000; i++) {
			quarters[(int) (backoff.nanos(1) / 50_000_000)]++;
		}
		for (int count : quarters) {
			assertThat(count).isBetween(9_500, 10_500);
		}
	}

	@Test
	void fullJitterReachesFromZeroToTheWholeWait() {
		assertThat(backoff(1, () -> 0).nanos(2)).isZero();
		assertThat(millis(backoff(1, () -> 0.25), 2)).isEqualTo(100);
		assertThat(millis(backoff(1, HIGHEST), 2)).isBetween(399L, 400L);
	}

	@Test
	void halfJitterKeepsHalfOfTheWait() {
		assertThat(millis(backoff(0.5, () -> 0), 1)).isEqualTo(100);
		assertThat(millis(backoff(0.5, HIGHEST), 1)).isBetween(199L, 200L);
	}

	@Test
	void staysWithinItsBounds() {
		Backoff backoff = backoff(1, () -> ThreadLocalRandom.current().nextDouble());
		for (int i = 0; i < 10_000; i++) {
			assertThat(backoff.nanos(1 + i % 100)).isBetween(0L, Duration.ofSeconds(5).toNanos());
		}
	}

	@Test
	void noInitialWaitIsNoWaitAtAll() {
		Backoff backoff = new Backoff(
				new OperationPolicy.Backoff(BackoffStrategy.EXPONENTIAL, Duration.ZERO, 100, Duration.ofSeconds(5), 0),
				HIGHEST);
		assertThat(backoff.nanos(1)).isZero();
		assertThat(backoff.nanos(1_000_000)).isZero();
	}

	private static Backoff backoff(double jitter, DoubleSupplier random) {
		return backoff(BackoffStrategy.EXPONENTIAL, jitter, random);
	}

	private static Backoff backoff(BackoffStrategy strategy, double jitter, DoubleSupplier random) {
		return new Backoff(
				new OperationPolicy.Backoff(strategy, Duration.ofMillis(200), 2, Duration.ofSeconds(5), jitter),
				random);
	}

	private static long millis(Backoff backoff, int failedAttempts) {
		return Duration.ofNanos(backoff.nanos(failedAttempts)).toMillis();
	}

}
