package dev.resilience.guard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.signal.DependencyLog;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import org.slf4j.event.Level;

/**
 * The probes of a half-open breaker. Each has a lease: the time until the deadline of its
 * call, or the first open time of the breaker if that is longer. A probe that has not
 * come back by then counts as failed, and nothing that it reports later.
 */
final class Probes {

	/** Nobody probes, because the breaker is closed. */
	static final int CLOSED = 0;

	// they usually come back at once
	private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

	private final CircuitBreaker machine;

	private final OpenTime openTime;

	private final Runnable lost;

	private final int limit;

	private final long shortestLeaseNanos;

	// all below are guarded by it, and so are the transitions from open to half-open
	private final ReentrantLock lock = new ReentrantLock();

	private final Map<Integer, Long> leaseEnds = new HashMap<>();

	private int left;

	private int last;

	/**
	 * Create the probes of a breaker.
	 * @param first the number of the first one, which is odd
	 * @param lost counts a failure
	 */
	Probes(CircuitBreaker machine, OpenTime openTime, DependencyPolicy.Breaker policy, int first, Runnable lost) {
		this.last = first - 2;
		this.machine = machine;
		this.openTime = openTime;
		this.lost = lost;
		this.limit = policy.probes();
		this.shortestLeaseNanos = policy.openFor().toNanos();
	}

	static boolean isProbe(int permission) {
		return permission > 0 && (permission & 1) == 1;
	}

	/**
	 * Ask for permission.
	 * @return the number of the probe, which is odd, {@link Breaker#REFUSED} or
	 * {@link #CLOSED}
	 */
	int tryLeave(long nowNanos, long deadlineNanos) {
		this.lock.lock();
		try {
			if (this.machine.getState() == State.OPEN && this.openTime.isOver(nowNanos)) {
				this.leaseEnds.clear();
				this.left = this.limit;
				this.machine.transitionToHalfOpenState();
			}
			if (!isLeft(nowNanos)) {
				return Breaker.REFUSED;
			}
			if (this.machine.getState() != State.HALF_OPEN) {
				return CLOSED;
			}
			this.left--;
			this.last += 2;
			this.leaseEnds.put(this.last, nowNanos + Math.max(this.shortestLeaseNanos, deadlineNanos - nowNanos));
			return this.last;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** An even number above those of all probes that have left. */
	int numbered() {
		this.lock.lock();
		try {
			return this.last + 1;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether all probes that are allowed are out. */
	boolean areOut(long nowNanos) {
		this.lock.lock();
		try {
			return !isLeft(nowNanos);
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isLeft(long nowNanos) {
		expire(nowNanos);
		State state = this.machine.getState();
		return state == State.CLOSED || (state == State.HALF_OPEN && this.left > 0);
	}

	/** A probe has come back with a result. */
	void report(int probe, long nowNanos, Runnable result) {
		this.lock.lock();
		try {
			if (isOut(probe, nowNanos)) {
				this.leaseEnds.remove(probe);
				result.run();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A probe has come back without a result: another one may leave. */
	void release(int probe, long nowNanos) {
		report(probe, nowNanos, () -> this.left++);
	}

	private boolean isOut(int probe, long nowNanos) {
		expire(nowNanos);
		return this.machine.getState() == State.HALF_OPEN && this.leaseEnds.containsKey(probe);
	}

	private void expire(long nowNanos) {
		if (this.machine.getState() != State.HALF_OPEN) {
			return;
		}
		Collection<Long> ends = this.leaseEnds.values();
		int out = ends.size();
		ends.removeIf((end) -> nowNanos - end > 0);
		for (int expired = out - ends.size(); expired > 0; expired--) {
			String name = this.machine.getName();
			DependencyLog.line(Level.WARN, name).log("A probe of dependency '{}' has not come back in time", name);
			this.lost.run();
		}
	}

	/** The time until one may leave: at once, or when another one comes back. */
	Duration timeToNext(long nowNanos) {
		this.lock.lock();
		try {
			long nanos = (this.left > 0) ? 0 : LONGEST_WAIT.toNanos();
			for (long end : this.leaseEnds.values()) {
				nanos = Math.min(nanos, end - nowNanos);
			}
			return Duration.ofNanos(Math.max(0, nanos));
		}
		finally {
			this.lock.unlock();
		}
	}

}
