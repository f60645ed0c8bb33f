package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a backlog grows.
 */
class GrowthTests {

	private final Growth growth = new Growth();

	private void at(int second, long pending) {
		this.growth.add(Instant.EPOCH.plusSeconds(second), pending, Duration.ofSeconds(10));
	}

	@Test
	void aBurstThatIsDeliveredAtOnceIsNoGrowth() {
		at(0, 0);
		this.growth.add(Instant.EPOCH.plusSeconds(5), 1000, Duration.ofSeconds(1));
		assertThat(this.growth.since()).isNull();
	}

	@Test
	void oneThatIsLargeFromTheStartDoesNotGrow() {
		at(0, 100_000);
		at(5, 99_000);
		assertThat(this.growth.since()).isNull();
	}

	@Test
	void slowChangesAreNoGrowth() {
		for (int second = 0; second < 600; second += 5) {
			at(second, second / 5);
			assertThat(this.growth.since()).isNull();
		}
	}

	@Test
	void growsUntilItIsDownToHalf() {
		at(0, 2);
		at(5, 8);
		at(10, 12);
		assertThat(this.growth.since()).isEqualTo(Instant.EPOCH);
		at(15, 40);
		at(60, 40);
		at(65, 21);
		assertThat(this.growth.since()).isEqualTo(Instant.EPOCH);
		at(70, 20);
		assertThat(this.growth.since()).isNull();
	}

}
