package dev.resilience.guard;

import java.time.Duration;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.Rate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RetryBudget}.
 */
class RetryBudgetTests {

	private final TestClock clock = new TestClock();

	private RetryBudget budget = budget(1);

	@Test
	void startsWithTenTokens() {
		assertThat(this.budget.remaining(now())).isEqualTo(10);
		assertThat(withdrawAll()).isEqualTo(10);
		assertThat(this.budget.remaining(now())).isZero();
	}

	@Test
	void eachCallDepositsAShare() {
		withdrawAll();
		deposit(4);
		assertThat(this.budget.tryWithdraw(now())).isFalse();
		deposit(1);
		assertThat(withdrawAll()).isEqualTo(1);
		deposit(50);
		assertThat(withdrawAll()).isEqualTo(10);
	}

	@Test
	void eachSecondDepositsATokenUpToTen() {
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(withdrawAll()).isEqualTo(10);
		this.clock.advance(Duration.ofSeconds(600));
		assertThat(withdrawAll()).isEqualTo(10);
	}

	@Test
	void withoutFloorNothingIsLeftAfterTheStart() {
		this.budget = budget(0);
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(withdrawAll()).isZero();
	}

	@Test
	void unusedDepositsExpireAfterTenSeconds() {
		this.budget = budget(0);
		this.clock.advance(Duration.ofSeconds(10));
		deposit(100);
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.budget.remaining(now())).isEqualTo(20);
		this.clock.advance(Duration.ofSeconds(1));
		assertThat(this.budget.remaining(now())).isZero();
	}

	@Test
	void slotsAreReusedAfterALongTime() {
		this.budget = budget(0);
		for (int i = 0; i < 100; i++) {
			deposit(100);
			this.clock.advance(Duration.ofSeconds(11 * 10));
			assertThat(withdrawAll()).isZero();
		}
	}

	@Test
	void boundsRetriesWhenEverythingFails() {
		int calls = 0;
		int retries = 0;
		// five minutes at 20 calls a second, each of which wants two retries
		for (int i = 0; i < 5 * 60 * 20; i++) {
			deposit(1);
			calls++;
			for (int retry = 0; retry < 2; retry++) {
				if (this.budget.tryWithdraw(now())) {
					retries++;
				}
			}
			this.clock.advance(Duration.ofMillis(50));
		}
		double deposited = 10 + 0.2 * calls + 5 * 60;
		assertThat((double) retries).isBetween(deposited * 0.8, deposited);
	}

	private RetryBudget budget(double minPerSecond) {
		return new RetryBudget(new DependencyPolicy.Budget(Rate.of("0.2"), minPerSecond), now());
	}

	private long now() {
		return this.clock.getAsLong();
	}

	private void deposit(int calls) {
		for (int i = 0; i < calls; i++) {
			this.budget.deposit(now());
		}
	}

	private int withdrawAll() {
		int tokens = 0;
		while (this.budget.tryWithdraw(now())) {
			tokens++;
		}
		return tokens;
	}

}
