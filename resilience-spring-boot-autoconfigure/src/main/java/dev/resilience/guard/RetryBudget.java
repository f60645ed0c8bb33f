package dev.resilience.guard;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.policy.DependencyPolicy;

/**
 * Bounds the retries of a dependency by its ordinary calls: each call deposits a share of
 * a token, each second a fixed number of them, and what is not used within ten seconds
 * expires. Within any ten seconds at most so many retries are made as tokens were
 * deposited in them.
 */
final class RetryBudget {

	private static final int SECONDS = 10;

	private static final int SLOTS = SECONDS + 1;

	private static final double START_TOKENS = 10;

	private static final long COUNT_BITS = 32;

	private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

	private final long startNanos;

	private volatile double startTokens;

	private volatile double ratio;

	private volatile double perSecond;

	// each: the second in the upper half, a count in the lower half
	private final AtomicLongArray calls = new AtomicLongArray(SLOTS);

	private final AtomicLongArray retries = new AtomicLongArray(SLOTS);

	private final ReentrantLock withdrawal = new ReentrantLock();

	RetryBudget(DependencyPolicy.Budget policy, long startNanos) {
		this(policy.ratio().value(), START_TOKENS, policy.minPerSecond(), startNanos);
	}

	private RetryBudget(double ratio, double startTokens, double perSecond, long startNanos) {
		this.ratio = ratio;
		this.startTokens = startTokens;
		this.perSecond = perSecond;
		this.startNanos = startNanos;
	}

	/**
	 * Give half of it away: also half of what it has, if it owes nothing for the retries
	 * of the last ten seconds, else of what is to come.
	 */
	RetryBudget split(long nowNanos) {
		this.withdrawal.lock();
		try {
			this.startTokens /= 2;
			this.perSecond /= 2;
			boolean unused = sum(this.retries, second(nowNanos)) == 0;
			return unused ? new RetryBudget(this.ratio, this.startTokens, this.perSecond, this.startNanos)
					: new RetryBudget(this.ratio, 0, this.perSecond, nowNanos);
		}
		finally {
			this.withdrawal.unlock();
		}
	}

	/** What is deposited for a call, and for each second, has changed. */
	void change(double ratio, double perSecond) {
		this.ratio = ratio;
		this.perSecond = perSecond;
	}

	void deposit(long nowNanos) {
		increment(this.calls, second(nowNanos));
	}

	boolean tryWithdraw(long nowNanos) {
		// only failing calls come here: the lock costs the others nothing
		this.withdrawal.lock();
		try {
			if (remaining(nowNanos) < 1) {
				return false;
			}
			increment(this.retries, second(nowNanos));
			return true;
		}
		finally {
			this.withdrawal.unlock();
		}
	}

	double remaining(long nowNanos) {
		long second = second(nowNanos);
		long elapsed = Math.min(second, SECONDS);
		// as if they had been deposited evenly in the ten seconds before the start
		double start = this.startTokens * (SECONDS - elapsed) / SECONDS;
		double floor = this.perSecond * elapsed;
		return Math.max(0, start + floor + this.ratio * sum(this.calls, second) - sum(this.retries, second));
	}

	private long second(long nowNanos) {
		return TimeUnit.NANOSECONDS.toSeconds(Math.max(0, nowNanos - this.startNanos));
	}

	private static void increment(AtomicLongArray slots, long second) {
		int index = (int) (second % SLOTS);
		while (true) {
			long slot = slots.get(index);
			long next = ((slot >>> COUNT_BITS) >= second) ? slot + 1 : (second << COUNT_BITS) | 1;
			if (slots.compareAndSet(index, slot, next)) {
				return;
			}
		}
	}

	private static long sum(AtomicLongArray slots, long second) {
		long sum = 0;
		for (int i = 0; i < SLOTS; i++) {
			long slot = slots.get(i);
			if ((slot >>> COUNT_BITS) > second - SECONDS) {
				sum += slot & COUNT_MASK;
			}
		}
		return sum;
	}

}
