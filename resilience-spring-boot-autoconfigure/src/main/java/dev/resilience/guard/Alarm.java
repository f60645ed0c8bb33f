package dev.resilience.guard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Interrupts a thread at a deadline, once, and never after it was disarmed.
 */
final class Alarm {

	private static final int ARMED = 0;

	private static final int FIRING = 1;

	private static final int FIRED = 2;

	/** The thread had been interrupted by somebody else before. */
	private static final int FIRED_UPON_INTERRUPT = 3;

	private static final int DISARMED = 4;

	private static final int SPINS = 1000;

	private static final VarHandle STATE;
	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Alarm.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Thread thread;

	private final long deadlineNanos;

	@SuppressWarnings("FieldMayBeFinal")
	private volatile int state = ARMED;

	/** Where the watchdog keeps it; touched by the arming thread only. */
	int slot;

	Alarm(Thread thread, long deadlineNanos) {
		this.thread = thread;
		this.deadlineNanos = deadlineNanos;
	}

	long deadlineNanos() {
		return this.deadlineNanos;
	}

	boolean isArmed() {
		return this.state == ARMED;
	}

	void fire() {
		if (STATE.compareAndSet(this, ARMED, FIRING)) {
			boolean interrupted = this.thread.isInterrupted();
			this.thread.interrupt();
			this.state = interrupted ? FIRED_UPON_INTERRUPT : FIRED;
		}
	}

	/**
	 * Ends it, on its own thread. When it has fired, its interrupt is taken back.
	 * @return whether it has fired
	 */
	boolean disarm() {
		if (STATE.compareAndSet(this, ARMED, DISARMED)) {
			return false;
		}
		// the interrupt is on its way and must not arrive after this call
		awaitFired();
		if (this.state == FIRED) {
			Thread.interrupted();
		}
		return true;
	}

	private void awaitFired() {
		for (int i = 0; this.state == FIRING; i++) {
			if (i < SPINS) {
				Thread.onSpinWait();
			}
			else {
				Thread.yield();
			}
		}
	}

	/**
	 * Gives its interrupt again if it has fired on this thread: an alarm within it, or
	 * the work that this one interrupted, may have taken it.
	 * @param inner an alarm that was disarmed within this one
	 * @return whether it has fired
	 */
	boolean interruptAgain(Alarm inner) {
		if (this.thread != Thread.currentThread() || this.state == ARMED) {
			return false;
		}
		awaitFired();
		if (inner.state == FIRED) {
			// the interrupt that this one found was that of the inner one
			this.state = FIRED;
		}
		this.thread.interrupt();
		return true;
	}

}
