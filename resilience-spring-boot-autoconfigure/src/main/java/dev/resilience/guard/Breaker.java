package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

import dev.resilience.BreakerState;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DependencyLog;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.internal.CircuitBreakerStateMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Drives resilience4j's circuit breaker. A permission is bound to the state in which it
 * was given, or to a probe with a lease, so that stragglers cannot decide a later state.
 */
final class Breaker {

	/** No permission was given. */
	static final int REFUSED = -1;

	/** No permission was needed. */
	static final int NOT_ASKED = -2;

	// what is slow was decided before: the state machine is told one of two durations
	private static final Duration SLOW_THRESHOLD = Duration.ofMillis(1);

	private static final long SLOW_NANOS = 2_000_000;

	private static final Throwable COUNTED = new Counted();

	// numbers that calls of the predecessor, which are still under way, cannot have
	private static final int NUMBERS_APART = 1 << 16;

	private final String name;

	private final DependencyPolicy.Breaker policy;

	private final DoubleSupplier random;

	private final CallListener listener;

	private final BreakerClock clock;

	private final CircuitBreaker machine;

	private final OpenTime openTime;

	private final Probes probes;

	private final LongAdder refused = new LongAdder();

	// an even number for each state: the permission of the calls that were let through
	private final AtomicInteger state;

	Breaker(String name, DependencyPolicy.Breaker policy, DoubleSupplier random, CallListener listener,
			long startNanos) {
		this(name, policy, random, listener, startNanos, 0);
		watchStates();
	}

	private Breaker(String name, DependencyPolicy.Breaker policy, DoubleSupplier random, CallListener listener,
			long startNanos, int firstState) {
		this.listener = listener;
		this.name = name;
		this.policy = policy;
		this.random = random;
		this.state = new AtomicInteger(firstState);
		this.clock = new BreakerClock(startNanos);
		this.openTime = new OpenTime(policy.openFor(), random);
		Duration time = policy.window().time();
		int minCalls = policy.minCalls();
		CircuitBreakerConfig config = CircuitBreakerConfig.custom()
			.failureRateThreshold((float) (policy.failureRate().value() * 100))
			.slowCallRateThreshold((float) (policy.slowRate().value() * 100))
			.slowCallDurationThreshold(SLOW_THRESHOLD)
			.slidingWindow((time != null) ? (int) time.toSeconds() : policy.window().calls(), minCalls,
					(time != null) ? SlidingWindowType.TIME_BASED : SlidingWindowType.COUNT_BASED,
					CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
			.permittedNumberOfCallsInHalfOpenState(policy.probes())
			.waitIntervalFunctionInOpenState((times) -> this.openTime.start(times, this.clock.nanos()))
			.writableStackTraceEnabled(false)
			.clock(this.clock)
			.build();
		this.machine = new CircuitBreakerStateMachine(name, config);
		this.probes = new Probes(this.machine, this.openTime, policy, firstState + 1, this::fail);
	}

	private void watchStates() {
		this.machine.getEventPublisher().onStateTransition((event) -> {
			this.state.addAndGet(2);
			BreakerState from = shown(event.getStateTransition().getFromState());
			BreakerState to = shown(event.getStateTransition().getToState());
			DependencyLog.line(Level.WARN, this.name)
				.log("Breaker of dependency '{}' is {}, was {}", this.name, to, from);
			this.listener.onBreaker(from, to);
		});
	}

	/**
	 * The breaker that takes the place of this one under another policy. An open one
	 * stays open as long as this one would have; a half-open one probes anew; a closed
	 * one starts with what this one has counted. Calls that are under way report to
	 * nobody.
	 */
	Breaker successor(DependencyPolicy.Breaker policy, long nowNanos) {
		int numbered = Math.max(this.state.get(), this.probes.numbered());
		Breaker successor = new Breaker(this.name, policy, this.random, this.listener, nowNanos,
				numbered + NUMBERS_APART);
		successor.refused.add(this.refused.sum());
		// one that is open already does not open now
		switch (this.machine.getState()) {
			case OPEN -> successor.open(nowNanos + this.openTime.left(nowNanos).toNanos());
			case HALF_OPEN -> successor.open(nowNanos);
			default -> {
			}
		}
		successor.watchStates();
		if (successor.state() == BreakerState.CLOSED) {
			this.clock.advance(nowNanos);
			successor.count(this.machine.getMetrics());
		}
		return successor;
	}

	private void open(long untilNanos) {
		this.machine.transitionToOpenState();
		this.openTime.resume(untilNanos);
	}

	// failures last: on the way the rate is never higher than in the end
	private void count(CircuitBreaker.Metrics metrics) {
		int calls = metrics.getNumberOfBufferedCalls();
		int kept = (this.policy.window().time() != null) ? calls : Math.min(calls, this.policy.window().calls());
		double share = (calls == 0) ? 0 : kept / (double) calls;
		int failed = (int) Math.round(metrics.getNumberOfFailedCalls() * share);
		int slow = Math.min(kept - failed, (int) Math.round(metrics.getNumberOfSlowCalls() * share));
		for (int i = failed + slow; i < kept; i++) {
			succeed(false);
		}
		for (int i = 0; i < slow; i++) {
			succeed(true);
		}
		for (int i = 0; i < failed; i++) {
			fail();
		}
	}

	/** A cheap look before anything is spent on the call. */
	boolean isOpen(long nowNanos) {
		State state = this.machine.getState();
		if (state == State.CLOSED) {
			return false;
		}
		boolean open = (state == State.OPEN) ? !this.openTime.isOver(nowNanos) : this.probes.areOut(nowNanos);
		if (open) {
			this.refused.increment();
		}
		return open;
	}

	/**
	 * Ask for permission.
	 * @param nowNanos the present
	 * @param deadlineNanos when the call has to be over
	 * @return the permission, or {@link #REFUSED}
	 */
	int tryAcquire(long nowNanos, long deadlineNanos) {
		this.clock.advance(nowNanos);
		while (true) {
			// read first: at worst that of an earlier state, which decides nothing
			int permission = this.state.get();
			if (this.machine.getState() == State.CLOSED) {
				return permission;
			}
			int probe = this.probes.tryLeave(nowNanos, deadlineNanos);
			if (probe != Probes.CLOSED) {
				if (probe == REFUSED) {
					this.refused.increment();
				}
				return probe;
			}
		}
	}

	void succeeded(int permission, long nowNanos, boolean slow) {
		if (isCurrent(permission, nowNanos)) {
			succeed(slow);
		}
		else if (Probes.isProbe(permission)) {
			this.probes.report(permission, nowNanos, () -> succeed(slow));
		}
	}

	void failed(int permission, long nowNanos) {
		if (isCurrent(permission, nowNanos)) {
			fail();
		}
		else if (Probes.isProbe(permission)) {
			this.probes.report(permission, nowNanos, this::fail);
		}
	}

	void release(int permission, long nowNanos) {
		if (Probes.isProbe(permission)) {
			this.probes.release(permission, nowNanos);
		}
	}

	private boolean isCurrent(int permission, long nowNanos) {
		this.clock.advance(nowNanos);
		return permission == this.state.get();
	}

	private void succeed(boolean slow) {
		this.machine.onSuccess(slow ? SLOW_NANOS : 0, TimeUnit.NANOSECONDS);
	}

	private void fail() {
		this.machine.onError(0, TimeUnit.NANOSECONDS, COUNTED);
	}

	BreakerState state() {
		return shown(this.machine.getState());
	}

	private static BreakerState shown(State state) {
		return switch (state) {
			case OPEN -> BreakerState.OPEN;
			case HALF_OPEN -> BreakerState.HALF_OPEN;
			default -> BreakerState.CLOSED;
		};
	}

	/** The time until it may probe again; {@code null} if it is closed. */
	@Nullable Duration retryAfter(long nowNanos) {
		return switch (this.machine.getState()) {
			case OPEN -> this.openTime.left(nowNanos);
			case HALF_OPEN -> this.probes.timeToNext(nowNanos);
			default -> null;
		};
	}

	BreakerReading read(long nowNanos) {
		this.clock.advance(nowNanos);
		CircuitBreaker.Metrics metrics = this.machine.getMetrics();
		int calls = metrics.getNumberOfBufferedCalls();
		return new BreakerReading(state(), share(metrics.getNumberOfFailedCalls(), calls),
				share(metrics.getNumberOfSlowCalls(), calls), calls, this.refused.sum(), retryAfter(nowNanos));
	}

	// the machine has no rate below its minimum of calls
	private static double share(int part, int calls) {
		return (calls == 0) ? 0 : part / (double) calls;
	}

	private static final class Counted extends RuntimeException {

		private Counted() {
			super("counted by the breaker", null, false, false);
		}

	}

}
