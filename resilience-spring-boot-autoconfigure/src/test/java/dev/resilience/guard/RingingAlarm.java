package dev.resilience.guard;

/**
 * An alarm, and whether the watchdog has looked at it.
 */
abstract class RingingAlarm {

	private volatile boolean watched;

	abstract void arm(long deadlineNanos);

	abstract boolean disarm();

	abstract void fireIfDue(long nowNanos);

	final void fire(long nowNanos) {
		fireIfDue(nowNanos);
		this.watched = true;
	}

	final void awaitWatchdog() {
		while (!this.watched) {
			Thread.onSpinWait();
		}
	}

	static RingingAlarm of(Alarm alarm) {
		return new RingingAlarm() {

			@Override
			void arm(long deadlineNanos) {
				alarm.tryArm(Thread.currentThread(), deadlineNanos, null);
			}

			@Override
			boolean disarm() {
				return alarm.disarm();
			}

			@Override
			void fireIfDue(long nowNanos) {
				alarm.fireIfDue(nowNanos);
			}

		};
	}

}
