package dev.resilience.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import dev.resilience.BreakerState;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one dependency from its calls. Calls are only counted; somebody has to
 * say when a second has passed. Nothing is kept before the first call.
 */
public final class DependencySignals implements CallListener {

	private static final Duration WINDOW = Duration.ofSeconds(SignalHistory.MINUTE);

	private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

	private static final int TRANSITIONS_KEPT = 20;

	private final long startNanos;

	private final FailureStreaks streaks = new FailureStreaks();

	private volatile @Nullable Recorded recorded;

	private final ReentrantLock lock = new ReentrantLock();

	// guarded by the lock
	private final Deque<BreakerTransition> transitions = new ArrayDeque<>(0);

	/**
	 * Create new signals.
	 * @param startNanos the present on the monotonic clock
	 */
	public DependencySignals(long startNanos) {
		this.startNanos = startNanos;
	}

	@Override
	public void onCall(CallEvent event) {
		FailureKind kind = event.failure();
		Recorded recorded = this.recorded;
		if (recorded == null) {
			recorded = begin();
		}
		recorded.counters.count(event);
		if (event.isSignal()) {
			recorded.operations.count(event);
		}
		if (kind != FailureKind.NONE) {
			recorded.failures[kind.ordinal()].increment();
		}
		this.streaks.count(event);
	}

	@Override
	public void onRetry(RetryDecision decision, FailureKind failure) {
		Recorded recorded = this.recorded;
		((recorded != null) ? recorded : begin()).counters.count(decision);
	}

	@Override
	public void onBreaker(BreakerState from, BreakerState to) {
		this.lock.lock();
		try {
			this.transitions.addLast(new BreakerTransition(from, to, Instant.now()));
			if (this.transitions.size() > TRANSITIONS_KEPT) {
				this.transitions.removeFirst();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How its breaker has changed its state of late.
	 * @return the last changes, the oldest first
	 */
	public List<BreakerTransition> transitions() {
		this.lock.lock();
		try {
			return List.copyOf(this.transitions);
		}
		finally {
			this.lock.unlock();
		}
	}

	private Recorded begin() {
		this.lock.lock();
		try {
			Recorded recorded = this.recorded;
			if (recorded == null) {
				recorded = new Recorded();
				this.recorded = recorded;
			}
			return recorded;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A second has passed, or about so.
	 * @param nowNanos the present on the monotonic clock
	 * @param saturation share of the bulkhead or connection pool that is in use
	 * @return what has happened in it
	 */
	public Counts tick(long nowNanos, double saturation) {
		return read(Counts.NONE, (recorded) -> {
			Counts all = recorded.counters.read(recorded.ticked);
			Counts second = all.since(recorded.ticked);
			recorded.ticked = all;
			// the one that has just ended
			recorded.history.add(Math.max(0, number(nowNanos - SECOND_NANOS / 2)), second, saturation);
			return second;
		});
	}

	/**
	 * Whether it has ever been called.
	 * @return {@code true} after the first call
	 */
	public boolean isCalled() {
		return this.recorded != null;
	}

	/**
	 * Whether its last calls all failed with kinds that count.
	 * @return {@code true} from the third failure in a row until the next success
	 */
	public boolean isFailing() {
		return this.streaks.isFailing();
	}

	/**
	 * How many of its last calls have failed one after the other.
	 * @return their number
	 */
	public int failedInARow() {
		return this.streaks.failedInARow();
	}

	/**
	 * When the first of the calls began that have failed in a row.
	 * @return the moment on the monotonic clock; of no meaning if none has
	 */
	public long failingSinceNanos() {
		return this.streaks.failingSinceNanos();
	}

	/**
	 * Whether it keeps refusing our credentials.
	 * @return {@code true} from the fifth 401 or 403 in a row until the next success
	 */
	public boolean isUnauthorized() {
		return this.streaks.isUnauthorized();
	}

	/**
	 * How often calls ended with each kind of failure, since the start.
	 * @return counts above 0, by kind
	 */
	public Map<FailureKind, Long> failures() {
		Map<FailureKind, Long> counts = new EnumMap<>(FailureKind.class);
		Recorded recorded = this.recorded;
		for (FailureKind kind : FailureKind.values()) {
			long count = (recorded != null) ? recorded.failures[kind.ordinal()].sum() : 0;
			if (count > 0) {
				counts.put(kind, count);
			}
		}
		return counts;
	}

	/**
	 * The calls of each operation since the start.
	 * @return their counts, by the names of operations that were called
	 */
	public Map<String, CallCounts> operations() {
		Recorded recorded = this.recorded;
		return (recorded != null) ? recorded.operations.read() : Map.of();
	}

	/**
	 * The golden signals.
	 * @param nowNanos the present on the monotonic clock
	 * @param saturation share of the bulkhead or connection pool that is in use
	 * @return the signals of the last minute
	 */
	public Signals read(long nowNanos, double saturation) {
		Signals none = new Signals(WINDOW, 0, 0, Latency.of(Distribution.EMPTY), CallCounts.NONE, saturation);
		return read(none, (recorded) -> {
			long number = number(nowNanos);
			Counts open = recorded.counters.read(recorded.ticked).since(recorded.ticked);
			CallCounts minute = recorded.history.sum(number - SignalHistory.MINUTE).plus(open.calls(), open.errors());
			CallCounts recent = recorded.history.sum(number - SignalHistory.SECONDS).plus(open.calls(), open.errors());
			double seconds = Math.min(SignalHistory.MINUTE, Math.max(1, (nowNanos - this.startNanos) / 1e9));
			return new Signals(WINDOW, minute.calls() / seconds, minute.errorRate(),
					Latency.of(recorded.history.minute(number).plus(open.latencies())), recent, saturation);
		});
	}

	/**
	 * How the golden signals went in the last quarter of an hour.
	 * @param nowNanos the present on the monotonic clock
	 * @param interval that one value stands for, in whole seconds
	 * @return the values
	 */
	public Trend trend(long nowNanos, Duration interval) {
		int seconds = (int) interval.toSeconds();
		return read(Trend.empty(SignalHistory.SECONDS / seconds, seconds),
				(recorded) -> recorded.history.trend(number(nowNanos), seconds));
	}

	private <T> T read(T uncalled, Function<Recorded, T> reading) {
		Recorded recorded = this.recorded;
		if (recorded == null) {
			return uncalled;
		}
		this.lock.lock();
		try {
			return reading.apply(recorded);
		}
		finally {
			this.lock.unlock();
		}
	}

	private long number(long nowNanos) {
		return Math.floorDiv(nowNanos - this.startNanos, SECOND_NANOS);
	}

	/**
	 * What exists from the first call on.
	 */
	private static final class Recorded {

		private final Counters counters = new Counters();

		private final OperationCounters operations = new OperationCounters();

		private final LongAdder[] failures = new LongAdder[FailureKind.values().length];

		// all until the last tick; guarded by the lock, as is the history
		private Counts ticked = Counts.NONE;

		private final SignalHistory history = new SignalHistory();

		private Recorded() {
			Arrays.setAll(this.failures, (kind) -> new LongAdder());
		}

	}

}
