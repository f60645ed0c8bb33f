package dev.resilience.guard;

import org.jspecify.annotations.Nullable;

/**
 * An attempt on its caller's thread, which is interrupted at the deadline.
 */
final class CallerThread {

	private CallerThread() {
	}

	static Attempt attempt(Call call, Work work) {
		Guard guard = call.guard;
		Watchdog watchdog = guard.environment().watchdog();
		Alarm alarm = watchdog.arm(call.attemptDeadlineNanos());
		call.alarm = alarm;
		Object value = null;
		Throwable thrown = null;
		boolean timedOut;
		try {
			value = work.attempt(call.isLastAttempt());
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		finally {
			timedOut = watchdog.disarm(alarm);
			call.alarm = null;
			guard.bulkhead().release();
		}
		long end = guard.now();
		if (call.outer != null) {
			passOnOuterInterrupt(call, alarm);
		}
		if (thrown == null) {
			return Attempt.succeeded(call, value, timedOut, end);
		}
		Failure failure = Attempts.failed(call, thrown, timedOut, end);
		if (failure.isInterrupted()) {
			Thread.currentThread().interrupt();
		}
		return Attempt.failed(failure, end);
	}

	// neither we nor the work may keep the interrupt of a surrounding call
	private static void passOnOuterInterrupt(Call call, Alarm inner) {
		for (Object each = call.outer; each instanceof Call outer; each = outer.outer) {
			Alarm alarm = outer.alarm;
			if (alarm != null && alarm.interruptAgain(inner)) {
				return;
			}
		}
	}

}
