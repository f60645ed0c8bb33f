package dev.resilience.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

import dev.resilience.DependencyType;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.Rate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests for {@link RetryBudgets}.
 */
class RetryBudgetsTests {

	private static final DependencyPolicy.Budget POLICY = new DependencyPolicy.Budget(Rate.of("0.2"), 1);

	private static final double TEN_SECONDS = Duration.ofSeconds(10).toNanos();

	private final TestClock clock = new TestClock();

	private final long start = now();

	private final RetryBudgets budgets = new RetryBudgets(POLICY, this.start);

	@ParameterizedTest
	@EnumSource(names = { "CRITICAL", "DEGRADED", "OPTIONAL" })
	void operationsOfOneClassHaveAllOfIt(DependencyType type) {
		RetryBudget budget = budget(type);
		assertThat(budget(type)).isSameAs(budget);
		assertThat(withdrawAll(budget)).isEqualTo(10);
		assertThat(this.budgets.remaining(now())).isZero();
	}

	@Test
	void degradedAndOptionalOperationsShareOneBudget() {
		assertThat(budget(DependencyType.DEGRADED)).isSameAs(budget(DependencyType.OPTIONAL));
	}

	@Test
	void isThereBeforeAnyOperationIs() {
		assertThat(this.budgets.remaining(now())).isEqualTo(10);
	}

	@Test
	void criticalAndOtherOperationsHaveAHalfEach() {
		RetryBudget critical = budget(DependencyType.CRITICAL);
		RetryBudget others = budget(DependencyType.OPTIONAL);
		assertThat(this.budgets.remaining(now())).isEqualTo(10);
		assertThat(withdrawAll(others)).isEqualTo(5);
		assertThat(this.budgets.remaining(now())).isEqualTo(5);
		deposit(others, 50);
		assertThat(withdrawAll(others)).isEqualTo(10);
		assertThat(withdrawAll(critical)).isEqualTo(5);
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(withdrawAll(others)).isEqualTo(5);
		assertThat(withdrawAll(critical)).isEqualTo(5);
	}

	@Test
	void depositsStayWithTheCallsThatMadeThem() {
		RetryBudget critical = budget(DependencyType.CRITICAL);
		RetryBudget others = budget(DependencyType.DEGRADED);
		withdrawAll(critical);
		withdrawAll(others);
		deposit(critical, 10);
		assertThat(withdrawAll(others)).isZero();
		assertThat(withdrawAll(critical)).isEqualTo(2);
	}

	@Test
	void theHalfOfAnOperationThatIsFoundLateIsNoExtra() {
		RetryBudget others = budget(DependencyType.OPTIONAL);
		assertThat(withdrawAll(others)).isEqualTo(10);
		RetryBudget critical = budget(DependencyType.CRITICAL);
		assertThat(withdrawAll(critical)).isZero();
		this.clock.advance(Duration.ofSeconds(4));
		assertThat(withdrawAll(others)).isZero();
		assertThat(withdrawAll(critical)).isEqualTo(2);
	}

	@Test
	void theHalfOfAnOperationThatIsFoundAfterAQuietTimeIsFull() {
		RetryBudget others = budget(DependencyType.OPTIONAL);
		withdrawAll(others);
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(withdrawAll(budget(DependencyType.CRITICAL))).isEqualTo(5);
		assertThat(withdrawAll(others)).isEqualTo(5);
	}

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	@ParameterizedTest
	@MethodSource("seeds")
	void noScheduleHasMoreRetriesThanTheBound(long seed) {
		Traffic traffic = new Traffic(seed);
		traffic.run(this.clock, this.budgets);
		// whatever happened before
		for (int first = 0; first < traffic.retries.size(); first++) {
			for (int last = first; last < traffic.retries.size(); last++) {
				long from = traffic.retries.get(first);
				long until = traffic.retries.get(last);
				double floor = (until - from + TEN_SECONDS) / 1e9;
				// ten seconds of deposits may have been saved
				double calls = traffic.callsBetween(from - (long) TEN_SECONDS, until);
				if (last - first + 1 > 0.2 * calls + floor) {
					fail("%d retries in %d ns", last - first + 1, until - from);
				}
			}
		}
		// everything has failed from the start
		for (int i = 0; i < traffic.retries.size(); i++) {
			long until = traffic.retries.get(i);
			double calls = traffic.callsBetween(this.start, until);
			double received = calls + i + 1;
			assertThat(received).isLessThanOrEqualTo(1.2 * calls + (until - this.start + TEN_SECONDS) / 1e9);
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5 })
	void othersNeverSpendWhatIsCritical(long seed) {
		Random random = new Random(seed);
		RetryBudget critical = budget(DependencyType.CRITICAL);
		RetryBudget others = budget(DependencyType.OPTIONAL);
		for (int i = 0; i < 2000; i++) {
			deposit(critical, random.nextInt(4));
			deposit(others, random.nextInt(4));
			double before = critical.remaining(now());
			withdrawAll(others);
			assertThat(critical.remaining(now())).isEqualTo(before);
			this.clock.advance(Duration.ofMillis(random.nextInt(1500)));
		}
	}

	@Test
	@Timeout(60)
	void manyThreadsNeverWithdrawMoreThanThereIs() throws Exception {
		int threads = 8;
		RetryBudget critical = budget(DependencyType.CRITICAL);
		RetryBudget others = budget(DependencyType.DEGRADED);
		CyclicBarrier barrier = new CyclicBarrier(threads);
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<Integer>> withdrawn = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				RetryBudget budget = (i % 2 == 0) ? critical : others;
				withdrawn.add(executor.submit(() -> {
					barrier.await();
					int tokens = 0;
					for (int call = 0; call < 10_000; call++) {
						budget.deposit(now());
						tokens += budget.tryWithdraw(now()) ? 1 : 0;
					}
					barrier.await();
					return tokens + withdrawAll(budget);
				}));
			}
			int tokens = 0;
			for (Future<Integer> each : withdrawn) {
				tokens += each.get();
			}
			assertThat(tokens).isEqualTo(10 + threads * 2_000);
		}
		finally {
			executor.shutdownNow();
		}
	}

	private RetryBudget budget(DependencyType type) {
		return this.budgets.of(type, now());
	}

	private long now() {
		return this.clock.getAsLong();
	}

	private void deposit(RetryBudget budget, int calls) {
		for (int i = 0; i < calls; i++) {
			budget.deposit(now());
		}
	}

	private int withdrawAll(RetryBudget budget) {
		int tokens = 0;
		while (budget.tryWithdraw(now())) {
			tokens++;
		}
		return tokens;
	}

	/**
	 * Bursts, quiet times and steady calls of either class, which retry whenever they
	 * may. The other class may come late.
	 */
	private static final class Traffic {

		private final Random random;

		private final List<Long> calls = new ArrayList<>();

		private final List<Long> retries = new ArrayList<>();

		private Traffic(long seed) {
			this.random = new Random(seed);
		}

		private void run(TestClock clock, RetryBudgets budgets) {
			int rarely = 1 + this.random.nextInt(40);
			int pause = 1 + this.random.nextInt(3000);
			int otherFrom = this.random.nextInt(200);
			boolean critical = this.random.nextBoolean();
			for (int step = 0; step < 400; step++) {
				boolean other = step >= otherFrom && this.random.nextBoolean();
				RetryBudget budget = budgets.of((critical ^ other) ? DependencyType.CRITICAL : DependencyType.OPTIONAL,
						clock.getAsLong());
				for (int i = this.random.nextInt(10); i > 0; i--) {
					this.calls.add(clock.getAsLong());
					budget.deposit(clock.getAsLong());
				}
				boolean fails = this.random.nextInt(rarely) == 0 || step > 300;
				while (fails && budget.tryWithdraw(clock.getAsLong())) {
					this.retries.add(clock.getAsLong());
				}
				clock.advance(Duration.ofMillis(this.random.nextInt(pause)));
			}
		}

		private double callsBetween(long from, long until) {
			return callsBefore(until + 1) - callsBefore(from);
		}

		// they are in order
		private int callsBefore(long nanos) {
			int low = 0;
			int high = this.calls.size();
			while (low < high) {
				int middle = (low + high) >>> 1;
				if (this.calls.get(middle) - nanos < 0) {
					low = middle + 1;
				}
				else {
					high = middle;
				}
			}
			return low;
		}

	}

}
