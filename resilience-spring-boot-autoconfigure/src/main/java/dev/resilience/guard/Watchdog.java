package dev.resilience.guard;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * One thread that fires the alarms of all calls. An alarm stands in a slot of a table
 * from arming to disarming; the thread sleeps until the earliest deadline it knows of,
 * and is woken only by an earlier one.
 */
public final class Watchdog implements AutoCloseable {

	private static final int TABLE_BITS = 10;

	private static final int TABLE_SIZE = 1 << TABLE_BITS;

	private static final int PROBES = 8;

	private static final int OVERFLOWN = -1;

	private static final long NEVER = Long.MAX_VALUE;

	private final AtomicReferenceArray<Alarm> table = new AtomicReferenceArray<>(TABLE_SIZE);

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
		Thread caller = Thread.currentThread();
		Alarm alarm = new Alarm(caller, deadlineNanos);
		alarm.slot = place(alarm, caller.getId());
		// after the alarm can be seen: either the watchdog finds it, or it is woken here
		wakeBy(deadlineNanos - this.startNanos);
		return alarm;
	}

	private int place(Alarm alarm, long threadId) {
		int hash = (int) ((threadId * 0x9E3779B97F4A7C15L) >>> (Long.SIZE - TABLE_BITS));
		for (int i = 0; i < PROBES; i++) {
			int slot = (hash + i) & (TABLE_SIZE - 1);
			if (this.table.get(slot) == null && this.table.compareAndSet(slot, null, alarm)) {
				return slot;
			}
		}
		this.overflow.add(alarm);
		return OVERFLOWN;
	}

	/**
	 * End an alarm, on the thread that armed it.
	 * @return whether it has fired
	 */
	boolean disarm(Alarm alarm) {
		boolean fired = alarm.disarm();
		if (alarm.slot == OVERFLOWN) {
			this.overflow.remove(alarm);
		}
		else {
			this.table.setRelease(alarm.slot, null);
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
		if (!alarm.isArmed()) {
			return NEVER;
		}
		if (alarm.deadlineNanos() - nowNanos <= 0) {
			alarm.fire();
			return NEVER;
		}
		return alarm.deadlineNanos() - this.startNanos;
	}

	@Override
	public void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

}
