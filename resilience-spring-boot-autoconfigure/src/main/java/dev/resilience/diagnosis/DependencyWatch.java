package dev.resilience.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.resilience.signal.Counts;
import org.jspecify.annotations.Nullable;

/**
 * Watches one dependency, second by second. To be used by one thread after the other;
 * what it tells may be read by all.
 */
public final class DependencyWatch {

	// what has lasted so long is how it is now
	private static final long SLOW_IS_NORMAL_AFTER_NANOS = TimeUnit.HOURS.toNanos(1);

	private static final long QUIET_IS_NORMAL_AFTER_NANOS = TimeUnit.MINUTES.toNanos(10);

	private static final int NOBODY_CALLS_SECONDS = 60;

	// without a norm, so many failures in a row are no chance
	private static final int MANY_IN_A_ROW = 5;

	private final Thresholds thresholds;

	private final List<Alarm> alarms;

	private final Recent recent = new Recent();

	private Baseline baseline;

	private @Nullable Deviation failing;

	private int idleSeconds;

	private volatile List<Deviation> deviations = List.of();

	/**
	 * Create a watch.
	 * @param thresholds what is worth a warning
	 */
	public DependencyWatch(Thresholds thresholds) {
		this.thresholds = thresholds;
		this.baseline = new Baseline(thresholds.latencyFactor());
		this.alarms = List.of(new Alarm(DeviationSignal.ERRORS, new ErrorDetector(thresholds)),
				new Alarm(DeviationSignal.LATENCY, new LatencyDetector(thresholds)),
				new Alarm(DeviationSignal.THROUGHPUT, new ThroughputDetector(thresholds)),
				new Alarm(DeviationSignal.SATURATION, new SaturationDetector(thresholds)),
				new Alarm(DeviationSignal.RETRY_BUDGET, new RetryBudgetDetector()));
	}

	/**
	 * A second has passed.
	 * @param nowNanos the present on the monotonic clock
	 * @param second what has happened in it
	 * @param load how much of the dependency is in use
	 * @param failing that it is failing, {@code null} if it is not
	 */
	public void observe(long nowNanos, Counts second, Load load, @Nullable Failing failing) {
		this.idleSeconds = (second.demand() == 0) ? this.idleSeconds + 1 : 0;
		Norm norm = this.baseline.norm();
		fail(failing, norm);
		Counts earlier = this.recent.add(figures(second, norm), second, load.saturation());
		this.alarms.forEach((alarm) -> alarm.look(nowNanos, this.recent, norm, load));
		this.deviations = collect();
		if (this.deviations.isEmpty()) {
			this.baseline.learn(earlier);
		}
		else if (this.deviations.stream().allMatch((each) -> isNormalBy(each, nowNanos))) {
			this.baseline = new Baseline(this.thresholds.latencyFactor());
		}
	}

	private void fail(@Nullable Failing failing, @Nullable Norm norm) {
		// a breaker stays open when nobody calls any more, which is nobody's trouble
		if (failing == null || this.idleSeconds > NOBODY_CALLS_SECONDS) {
			this.failing = null;
		}
		else if (this.failing != null) {
			this.failing = new Deviation(DeviationSignal.FAILING, this.failing.sinceNanos(), failing.message());
		}
		else if (failing.refusing() || isNoChance(failing.inARow(), norm)) {
			this.failing = new Deviation(DeviationSignal.FAILING, failing.sinceNanos(), failing.message());
		}
	}

	private boolean isNoChance(int failedInARow, @Nullable Norm norm) {
		return (norm != null) ? failedInARow * -Math.log(norm.errorShare()) >= this.thresholds.surprise()
				: failedInARow >= MANY_IN_A_ROW;
	}

	private static Figures figures(Counts second, @Nullable Norm norm) {
		return new Figures(second.calls(), Math.min(second.calls(), second.errors()), second.corrupt(),
				(norm != null) ? second.latencies().above(norm.slowMillis()) : 0,
				(norm != null) ? second.latencies().above(norm.tailMillis()) : 0, second.demand(), second.retries(),
				second.unaffordable());
	}

	private List<Deviation> collect() {
		List<Deviation> deviations = new ArrayList<>();
		if (this.failing != null) {
			deviations.add(this.failing);
		}
		for (Alarm alarm : this.alarms) {
			Deviation deviation = alarm.deviation();
			if (deviation != null) {
				deviations.add(deviation);
			}
		}
		return List.copyOf(deviations);
	}

	// nothing fails normally
	private static boolean isNormalBy(Deviation deviation, long nowNanos) {
		long lasts = nowNanos - deviation.sinceNanos();
		return switch (deviation.signal()) {
			case LATENCY -> lasts > SLOW_IS_NORMAL_AFTER_NANOS;
			case THROUGHPUT -> lasts > QUIET_IS_NORMAL_AFTER_NANOS;
			default -> false;
		};
	}

	/**
	 * In what it deviates at present.
	 * @return the deviations
	 */
	public List<Deviation> deviations() {
		return this.deviations;
	}

	/**
	 * What it does at present, beside what it usually does.
	 * @return the comparison
	 */
	public Comparison comparison() {
		Norm norm = this.baseline.norm();
		int seconds = Math.max(1, Math.min(Recent.SHORT, this.recent.known()));
		Figures now = this.recent.sum(Recent.SHORT);
		return new Comparison(now.demand() / (double) seconds, (norm != null) ? norm.demandPerSecond() : null,
				now.retries() / (double) seconds, (norm != null) ? norm.retriesPerSecond() : null, now.errors(),
				now.corrupt());
	}

}
