package dev.resilience.signal;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import dev.resilience.FailureKind;

/**
 * What is known of one dependency from its calls.
 */
public final class DependencySignals implements CallListener {

	/** So many failed calls in a row mean that the dependency is failing. */
	private static final int FAILING_AFTER = 3;

	/** So many refusals of our credentials in a row are worth a warning. */
	private static final int UNAUTHORIZED_AFTER = 5;

	private final SignalWindow window;

	private final LongAdder[] failures = new LongAdder[FailureKind.values().length];

	private final AtomicInteger failedInARow = new AtomicInteger();

	private final AtomicInteger unauthorizedInARow = new AtomicInteger();

	private volatile boolean called;

	/**
	 * Create new signals.
	 * @param startNanos the present on the monotonic clock
	 */
	public DependencySignals(long startNanos) {
		this.window = new SignalWindow(startNanos);
		Arrays.setAll(this.failures, (kind) -> new LongAdder());
	}

	@Override
	public void onCall(CallEvent event) {
		FailureKind kind = event.failure();
		if (!this.called) {
			this.called = true;
		}
		if (kind != FailureKind.NONE) {
			this.failures[kind.ordinal()].increment();
		}
		if (event.isSignal()) {
			this.window.record(event.endNanos(), event.durationNanos(), event.isError());
		}
		count(this.failedInARow, event.isError() && kind.isCountedByBreaker(),
				event.outcome() == Outcome.SUCCESS || kind == FailureKind.CLIENT_ERROR);
		count(this.unauthorizedInARow, event.unauthorized(), event.outcome() == Outcome.SUCCESS);
	}

	private static void count(AtomicInteger inARow, boolean more, boolean end) {
		if (more) {
			inARow.incrementAndGet();
		}
		else if (end && inARow.get() != 0) {
			inARow.set(0);
		}
	}

	/**
	 * Whether it has ever been called.
	 * @return {@code true} after the first call
	 */
	public boolean isCalled() {
		return this.called;
	}

	/**
	 * Whether its last calls all failed with kinds that count.
	 * @return {@code true} from the third failure in a row until the next success
	 */
	public boolean isFailing() {
		return this.failedInARow.get() >= FAILING_AFTER;
	}

	/**
	 * Whether it keeps refusing our credentials.
	 * @return {@code true} from the fifth 401 or 403 in a row until the next success
	 */
	public boolean isUnauthorized() {
		return this.unauthorizedInARow.get() >= UNAUTHORIZED_AFTER;
	}

	/**
	 * How often calls ended with each kind of failure, since the start.
	 * @return counts above 0, by kind
	 */
	public Map<FailureKind, Long> failures() {
		Map<FailureKind, Long> counts = new EnumMap<>(FailureKind.class);
		for (FailureKind kind : FailureKind.values()) {
			long count = this.failures[kind.ordinal()].sum();
			if (count > 0) {
				counts.put(kind, count);
			}
		}
		return counts;
	}

	/**
	 * The golden signals.
	 * @param nowNanos the present on the monotonic clock
	 * @param saturation share of the bulkhead that is in use
	 * @return the signals of the last minute
	 */
	public Signals read(long nowNanos, double saturation) {
		return this.window.read(nowNanos, saturation);
	}

}
