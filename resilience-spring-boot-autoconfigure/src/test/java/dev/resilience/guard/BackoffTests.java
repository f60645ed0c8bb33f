package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

import dev.resilience.policy.BackoffStrategy;
import dev.resilience.policy.OperationPolicy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

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
		assertThat(backoff.nanos(1000)).isZero();
	}

	private static Backoff backoff(double jitter, DoubleSupplier random) {
		return new Backoff(new OperationPolicy.Backoff(BackoffStrategy.EXPONENTIAL, Duration.ofMillis(200), 2,
				Duration.ofSeconds(5), jitter), random);
	}

	private static long millis(Backoff backoff, int failedAttempts) {
		return Duration.ofNanos(backoff.nanos(failedAttempts)).toMillis();
	}

}
