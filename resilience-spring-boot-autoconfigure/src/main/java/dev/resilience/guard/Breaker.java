package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.policy.DependencyPolicy;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.internal.CircuitBreakerStateMachine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives resilience4j's circuit breaker. A permission is bound to the state in which it
 * was given, so that stragglers of an earlier state cannot decide a later one.
 */
final class Breaker {

	/** No permission was given. */
	static final long REFUSED = -1;

	/** No permission was needed. */
	static final long NOT_ASKED = -2;

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final Duration LONGEST_OPEN = Duration.ofMinutes(2);

	// what is slow was decided before: the state machine is told one of two durations
	private static final Duration SLOW_THRESHOLD = Duration.ofMillis(1);

	private static final long SLOW_NANOS = 2_000_000;

	private static final Throwable COUNTED = new Counted();

	private final BreakerClock clock;

	private final CircuitBreaker machine;

	private final AtomicLong generation = new AtomicLong();

	private final LongAdder refused = new LongAdder();

	private final ReentrantLock probing = new ReentrantLock();

	// guarded by the lock
	private long lastProbeNanos;

	private volatile long openUntilNanos;

	private volatile long nowNanos;

	Breaker(String name, DependencyPolicy.Breaker policy, long startNanos) {
		this.clock = new BreakerClock(startNanos);
		this.nowNanos = startNanos;
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
			.waitIntervalFunctionInOpenState((attempt) -> openMillis(policy.openFor(), attempt))
			.writableStackTraceEnabled(false)
			.clock(this.clock)
			.build();
		this.machine = new CircuitBreakerStateMachine(name, config);
		this.machine.getEventPublisher().onStateTransition((event) -> {
			this.generation.incrementAndGet();
			logger.warn("Breaker of dependency '{}' is {}, was {}", name, event.getStateTransition().getToState(),
					event.getStateTransition().getFromState());
		});
	}

	private long openMillis(Duration openFor, int attempt) {
		double doubled = openFor.toMillis() * Math.pow(2, Math.min(30, attempt - 1));
		long millis = (long) Math.max(openFor.toMillis(), Math.min(LONGEST_OPEN.toMillis(), doubled));
		this.openUntilNanos = this.nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
		return millis;
	}

	/** A cheap look before anything is spent on the call. */
	boolean isOpen(long nowNanos) {
		CircuitBreaker.State state = this.machine.getState();
		if (state == CircuitBreaker.State.CLOSED) {
			return false;
		}
		if (state == CircuitBreaker.State.OPEN && nowNanos - this.openUntilNanos <= 0) {
			this.refused.increment();
			return true;
		}
		return false;
	}

	/**
	 * Ask for permission.
	 * @param nowNanos the present
	 * @param leaseNanos how long a probe of a half-open breaker may take
	 * @return the permission, or {@link #REFUSED}
	 */
	long tryAcquire(long nowNanos, long leaseNanos) {
		advance(nowNanos);
		if (this.machine.getState() == CircuitBreaker.State.CLOSED) {
			return this.machine.tryAcquirePermission() ? this.generation.get() : refused();
		}
		// the state and its generation do not change together
		this.probing.lock();
		try {
			return tryProbe(nowNanos, leaseNanos);
		}
		finally {
			this.probing.unlock();
		}
	}

	private long tryProbe(long nowNanos, long leaseNanos) {
		if (this.machine.tryAcquirePermission()) {
			this.lastProbeNanos = nowNanos;
			return this.generation.get();
		}
		if (this.machine.getState() == CircuitBreaker.State.HALF_OPEN && nowNanos - this.lastProbeNanos > leaseNanos) {
			// its probes never came back
			reopen();
		}
		return refused();
	}

	private long refused() {
		this.refused.increment();
		return REFUSED;
	}

	private void reopen() {
		try {
			this.machine.transitionToOpenState();
		}
		catch (RuntimeException ex) {
			logger.debug("Another call was faster", ex);
		}
	}

	void succeeded(long permission, long nowNanos, boolean slow) {
		if (isCurrent(permission, nowNanos)) {
			this.machine.onSuccess(slow ? SLOW_NANOS : 0, TimeUnit.NANOSECONDS);
		}
	}

	void failed(long permission, long nowNanos) {
		if (isCurrent(permission, nowNanos)) {
			this.machine.onError(0, TimeUnit.NANOSECONDS, COUNTED);
		}
	}

	void release(long permission, long nowNanos) {
		if (isCurrent(permission, nowNanos)) {
			this.machine.releasePermission();
		}
	}

	private boolean isCurrent(long permission, long nowNanos) {
		if (permission < 0 || permission != this.generation.get()) {
			return false;
		}
		advance(nowNanos);
		return true;
	}

	private void advance(long nowNanos) {
		this.nowNanos = nowNanos;
		this.clock.advance(nowNanos);
	}

	BreakerState state() {
		return switch (this.machine.getState()) {
			case OPEN -> BreakerState.OPEN;
			case HALF_OPEN -> BreakerState.HALF_OPEN;
			default -> BreakerState.CLOSED;
		};
	}

	/** The time until it probes again; {@code null} if it is not open. */
	@Nullable Duration retryAfter(long nowNanos) {
		return switch (this.machine.getState()) {
			case OPEN -> Duration.ofNanos(Math.max(0, this.openUntilNanos - nowNanos));
			case HALF_OPEN -> Duration.ofSeconds(1);
			default -> null;
		};
	}

	BreakerReading read(long nowNanos) {
		this.clock.advance(nowNanos);
		CircuitBreaker.Metrics metrics = this.machine.getMetrics();
		int calls = metrics.getNumberOfBufferedCalls();
		return new BreakerReading(state(), share(metrics.getNumberOfFailedCalls(), calls),
				share(metrics.getNumberOfSlowCalls(), calls), calls, this.refused.sum());
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
