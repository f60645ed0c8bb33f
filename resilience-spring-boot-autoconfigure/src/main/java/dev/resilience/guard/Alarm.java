package dev.resilience.guard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts a thread at a deadline, once, and never after it was disarmed. It serves
 * many calls one after the other; its state says which turn it is, so that the watchdog
 * cannot mistake one call for the next.
 */
final class Alarm {

	private static final int FREE = 0;

	private static final int CLAIMED = 1;

	private static final int ARMED = 2;

	private static final int FIRING = 3;

	private static final int FIRED = 4;

	/** The thread had been interrupted by somebody else before. */
	private static final int FIRED_UPON_INTERRUPT = 5;

	private static final long PHASE = 7;

	private static final long TURN = PHASE + 1;

	private static final int SPINS = 1000;

	private static final VarHandle STATE;
	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Alarm.class, "state", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile long state = FREE;

	// written between claiming and arming, and valid while the state stays as it was read
	private @Nullable Thread thread;

	private @Nullable Alarm outer;

	private long deadlineNanos;

	/**
	 * Arm it for a thread, unless it serves another one.
	 * @param outer the alarm of a surrounding call on the same thread
	 * @return whether it is armed
	 */
	boolean tryArm(Thread thread, long deadlineNanos, @Nullable Alarm outer) {
		long state = this.state;
		if (phase(state) != FREE || !STATE.compareAndSet(this, state, state + CLAIMED)) {
			return false;
		}
		this.thread = thread;
		this.deadlineNanos = deadlineNanos;
		this.outer = outer;
		this.state = state + ARMED;
		return true;
	}

	/**
	 * Fire if the deadline has passed.
	 * @return how long to wait for the deadline, 0 if there is nothing to wait for
	 */
	long fireIfDue(long nowNanos) {
		long state = this.state;
		Thread thread = this.thread;
		long left = this.deadlineNanos - nowNanos;
		if (phase(state) != ARMED || thread == null) {
			return 0;
		}
		if (left > 0) {
			return left;
		}
		if (STATE.compareAndSet(this, state, state - ARMED + FIRING)) {
			boolean interrupted = thread.isInterrupted();
			try {
				thread.interrupt();
			}
			finally {
				// an interruptible channel runs its own code, which may throw
				this.state = state - ARMED + (interrupted ? FIRED_UPON_INTERRUPT : FIRED);
			}
		}
		return 0;
	}

	/**
	 * End it, on its own thread. When it has fired, its interrupt is taken back.
	 * @return whether it has fired
	 */
	boolean disarm() {
		long state = this.state;
		int end = ARMED;
		if (phase(state) != ARMED || !STATE.compareAndSet(this, state, state - ARMED + CLAIMED)) {
			// the interrupt is on its way and must not arrive after this call
			end = awaitFired();
			if (end == FIRED) {
				Thread.interrupted();
			}
		}
		if (this.outer != null) {
			this.outer.interruptAgain(end == FIRED);
		}
		this.thread = null;
		this.outer = null;
		STATE.setRelease(this, (state & ~PHASE) + TURN);
		return end != ARMED;
	}

	// an alarm within this one, or the work that this one interrupted, may have taken the
	// interrupt
	private void interruptAgain(boolean innerFired) {
		if (isArmed()) {
			if (this.outer != null) {
				this.outer.interruptAgain(innerFired);
			}
			return;
		}
		awaitFired();
		if (innerFired) {
			// the interrupt that this one found was that of the inner one
			this.state = (this.state & ~PHASE) + FIRED;
		}
		Thread.currentThread().interrupt();
	}

	/** Whether it has still to fire. */
	boolean isArmed() {
		return phase(this.state) == ARMED;
	}

	/** Whether it serves a call on the thread. */
	boolean isOf(Thread thread) {
		return this.thread == thread;
	}

	private int awaitFired() {
		for (int i = 0; phase(this.state) == FIRING; i++) {
			if (i < SPINS) {
				Thread.onSpinWait();
			}
			else {
				Thread.yield();
			}
		}
		return phase(this.state);
	}

	private static int phase(long state) {
		return (int) (state & PHASE);
	}

}
