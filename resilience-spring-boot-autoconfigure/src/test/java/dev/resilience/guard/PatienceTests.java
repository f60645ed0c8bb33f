package dev.resilience.guard;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Patience}.
 */
class PatienceTests {

	private final TestClock clock = new TestClock();

	private final Patience patience = new Patience(this.clock, 10);

	@Test
	void timeRunsUntilTheSubscription() {
		advance(4);
		assertThat(this.patience.leftNanos()).isEqualTo(6);
		advance(6);
		assertThat(this.patience.leftNanos()).isNotPositive();
	}

	@Test
	void whoHasNotAskedWaitsForNothing() {
		this.patience.served();
		advance(20);
		assertThat(this.patience.leftNanos()).isEqualTo(10);
	}

	@Test
	void timeRunsFromTheRequest() {
		this.patience.served();
		advance(20);
		this.patience.asked(1);
		advance(4);
		this.patience.asked(1);
		assertThat(this.patience.leftNanos()).isEqualTo(6);
		advance(6);
		assertThat(this.patience.leftNanos()).isNotPositive();
	}

	@Test
	void timeBeginsAnewWithEachElement() {
		this.patience.served();
		this.patience.asked(2);
		advance(9);
		this.patience.served();
		advance(4);
		assertThat(this.patience.leftNanos()).isEqualTo(6);
		this.patience.served();
		advance(20);
		assertThat(this.patience.leftNanos()).isEqualTo(10);
	}

	@Test
	void whoAsksForAllAlwaysWaits() {
		this.patience.asked(5);
		this.patience.asked(Long.MAX_VALUE);
		for (int i = 0; i < 10; i++) {
			this.patience.served();
		}
		advance(10);
		assertThat(this.patience.leftNanos()).isNotPositive();
	}

	private void advance(long nanos) {
		this.clock.advance(Duration.ofNanos(nanos));
	}

}
