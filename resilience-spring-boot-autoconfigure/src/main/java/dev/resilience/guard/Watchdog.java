package dev.resilience.guard;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that fires the alarms of all calls. The alarms stand in a table and are used
 * again, so that a call allocates none; the thread sleeps until the earliest deadline it
 * knows of, and is woken only by an earlier one.
 */
public final class Watchdog implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final int TABLE_BITS = 10;

	private static final int TABLE_SIZE = 1 << TABLE_BITS;

	private static final int PROBES = 8;

	private static final long NEVER = Long.MAX_VALUE;

	private final AtomicReferenceArray<@Nullable Alarm> table = new AtomicReferenceArray<>(TABLE_SIZE);

	private final Set<Alarm> overflow = ConcurrentHashMap.newKeySet();

	private final LongSupplier clock;

	private final long startNanos;

	// nanoseconds since the start
	private final AtomicLong nextWake = new AtomicLong(NEVER);

	private final Thread thread;

	private volatile boolean closed;

	private Watchdog(LongSupplier clock) {
		this.clock = clock;
		this.startNanos = clock.getAsLong();
		this.thread = new Thread(this::watch, "resilience-watchdog");
		this.thread.setDaemon(true);
	}

	/**
	 * Start a watchdog.
	 * @param clock the monotonic clock
	 * @return the running watchdog
	 */
	public static Watchdog start(LongSupplier clock) {
		Watchdog watchdog = new Watchdog(clock);
		watchdog.thread.start();
		return watchdog;
	}

	Alarm arm(long deadlineNanos) {
		return armWithin(null, deadlineNanos);
	}

	/**
	 * Arm an alarm for this thread.
	 * @param outer the alarm of a surrounding call on this thread
	 */
	Alarm armWithin(@Nullable Alarm outer, long deadlineNanos) {
		Alarm alarm = place(Thread.currentThread(), deadlineNanos, outer);
		// after the alarm can be seen: either the watchdog finds it, or it is woken here
		wakeBy(deadlineNanos - this.startNanos);
		return alarm;
	}

	private Alarm place(Thread thread, long deadlineNanos, @Nullable Alarm outer) {
		int hash = (int) ((thread.getId() * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - TABLE_BITS));
		for (int i = 0; i < PROBES; i++) {
			Alarm alarm = inTable((hash + i) & (TABLE_SIZE - 1));
			if (alarm.tryArm(thread, deadlineNanos, outer)) {
				return alarm;
			}
		}
		Alarm alarm = new Alarm();
		alarm.tryArm(thread, deadlineNanos, outer);
		this.overflow.add(alarm);
		return alarm;
	}

	private Alarm inTable(int slot) {
		Alarm alarm = this.table.get(slot);
		while (alarm == null) {
			this.table.compareAndSet(slot, null, new Alarm());
			alarm = this.table.get(slot);
		}
		return alarm;
	}

	/**
	 * End an alarm, on the thread that armed it.
	 * @return whether it has fired
	 */
	boolean disarm(Alarm alarm) {
		boolean fired = alarm.disarm();
		if (!this.overflow.isEmpty()) {
			this.overflow.remove(alarm);
		}
		return fired;
	}

	private void wakeBy(long wake) {
		long next = this.nextWake.get();
		while (wake < next) {
			if (this.nextWake.compareAndSet(next, wake)) {
				LockSupport.unpark(this.thread);
				return;
			}
			next = this.nextWake.get();
		}
	}

	private void watch() {
		while (!this.closed) {
			this.nextWake.set(NEVER);
			long earliest = fireDue(this.clock.getAsLong());
			if (earliest != NEVER) {
				this.nextWake.accumulateAndGet(earliest, Math::min);
			}
			long sleep = this.nextWake.get();
			if (sleep == NEVER) {
				LockSupport.park(this);
			}
			else {
				long nanos = sleep - (this.clock.getAsLong() - this.startNanos);
				if (nanos > 0) {
					LockSupport.parkNanos(this, nanos);
				}
			}
		}
	}

	private long fireDue(long nowNanos) {
		long earliest = NEVER;
		for (int i = 0; i < TABLE_SIZE; i++) {
			Alarm alarm = this.table.get(i);
			if (alarm != null) {
				earliest = Math.min(earliest, fireIfDue(alarm, nowNanos));
			}
		}
		for (Alarm alarm : this.overflow) {
			earliest = Math.min(earliest, fireIfDue(alarm, nowNanos));
		}
		return earliest;
	}

	private long fireIfDue(Alarm alarm, long nowNanos) {
		try {
			long left = alarm.fireIfDue(nowNanos);
			return (left > 0) ? nowNanos + left - this.startNanos : NEVER;
		}
		catch (Throwable ex) {
			// one call must not cost the others their timeouts
			logger.warn("Interrupting a call failed", ex);
			return NEVER;
		}
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
