package dev.resilience.diagnosis;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;

import dev.resilience.FailureKind;
import dev.resilience.signal.DependencySignals;
import dev.resilience.signal.EndedCall;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;

/**
 * Simulated traffic of one dependency: independent arrivals with a daily rhythm,
 * log-normal latencies, some errors, a bulkhead and a timeout. What is wrong with it can
 * be changed at any time.
 */
final class Traffic {

	static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final int DAY = 86_400;

	private static final double TIMEOUT = 10;

	private final Random random;

	private final double median;

	private final double sigma;

	private final double rate;

	private final double rhythm;

	private final int limit;

	private final Queue<EndedCall> running = new PriorityQueue<>(Comparator.comparing(EndedCall::endNanos));

	private final DependencySignals signals = new DependencySignals(0);

	private final DependencyWatch watch = new DependencyWatch(Thresholds.DEFAULT);

	private long second;

	double errorRate;

	FailureKind failure = FailureKind.SERVER_ERROR;

	double slowness = 1;

	double tailShare;

	double demand = 1;

	boolean hangs;

	double retryShare;

	boolean budgetUsedUp;

	Traffic(long seed, double rate, double rhythm, double medianMillis, double sigma, double errorRate, int limit) {
		this.random = new Random(seed);
		this.rate = rate;
		this.rhythm = rhythm;
		this.median = medianMillis / 1000;
		this.sigma = sigma;
		this.errorRate = errorRate;
		this.limit = limit;
	}

	/** Let a second pass. */
	void pass() {
		double phase = 2 * Math.PI * this.second / DAY;
		double rate = this.rate * this.demand * (1 + this.rhythm * Math.sin(phase));
		for (double at = gap(rate); at < 1; at += gap(rate)) {
			arrive(now() + (long) (at * SECOND));
		}
		this.second++;
		end(now());
		Load load = new Load(this.running.size(), this.limit, "slots");
		this.watch.observe(now(), this.signals.tick(now(), load.saturation()), load, failing());
	}

	private Failing failing() {
		return this.signals.isFailing() ? new Failing(false, this.signals.failedInARow(),
				this.signals.failingSinceNanos(), "Its last calls all failed") : null;
	}

	private double gap(double rate) {
		return -Math.log(1 - this.random.nextDouble()) / rate;
	}

	private void arrive(long nanos) {
		end(nanos);
		if (this.running.size() >= this.limit) {
			this.signals.onCall(EndedCall.of("partner", Outcome.REJECTED, FailureKind.REJECTED, nanos, 0));
			return;
		}
		double latency = this.median * Math.exp(this.sigma * this.random.nextGaussian()) * this.slowness;
		if (this.random.nextDouble() < this.tailShare) {
			latency *= 20;
		}
		boolean timedOut = this.hangs || latency > TIMEOUT;
		long duration = (long) ((timedOut ? TIMEOUT : latency) * SECOND);
		boolean failed = timedOut || this.random.nextDouble() < this.errorRate;
		FailureKind kind = timedOut ? FailureKind.TIMEOUT : this.failure;
		this.running.add(EndedCall.of("partner", failed ? Outcome.FAILURE : Outcome.SUCCESS,
				failed ? kind : FailureKind.NONE, nanos + duration, duration));
	}

	private void end(long nanos) {
		while (!this.running.isEmpty() && this.running.peek().endNanos() <= nanos) {
			EndedCall ended = this.running.remove();
			this.signals.onCall(ended);
			if (ended.isError() && this.random.nextDouble() < this.retryShare) {
				this.signals.onRetry(this.budgetUsedUp ? RetryDecision.BUDGET : RetryDecision.RETRIED, ended.failure());
			}
		}
	}

	void pass(int seconds) {
		for (int i = 0; i < seconds; i++) {
			pass();
		}
	}

	long now() {
		return this.second * SECOND;
	}

	DependencyWatch watch() {
		return this.watch;
	}

	DependencySignals signals() {
		return this.signals;
	}

}
