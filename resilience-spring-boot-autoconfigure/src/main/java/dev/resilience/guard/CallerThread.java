package dev.resilience.guard;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import org.jspecify.annotations.Nullable;

/**
 * An attempt on its caller's thread, which is interrupted at the deadline.
 */
final class CallerThread {

	private CallerThread() {
	}

	static @Nullable Object attempt(Call call) {
		Guard guard = call.guard();
		Watchdog watchdog = guard.environment().watchdog();
		Alarm alarm = watchdog.armWithin(outerAlarm(call), call.attemptDeadlineNanos());
		call.alarm = alarm;
		Object value = null;
		Throwable thrown = null;
		boolean timedOut;
		try (Tracing.Scope traced = call.traceAttempt()) {
			value = call.operation.result(call.work, call.work.attempt(call.isLastAttempt()));
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
		if (thrown == null) {
			Attempts.succeeded(call, timedOut, end);
			return value;
		}
		Failure failure = Attempts.failed(call, thrown, timedOut, end);
		if (failure.isInterrupted()) {
			Thread.currentThread().interrupt();
		}
		return null;
	}

	/**
	 * Calls a method that hands over its result later, but may block before that.
	 */
	static @Nullable Object assemble(Call call, boolean last) throws Throwable {
		Watchdog watchdog = call.guard().environment().watchdog();
		Alarm alarm = watchdog.armWithin(outerAlarm(call), call.attemptDeadlineNanos());
		DependencyCall before = DependencyCallHolder.get();
		DependencyCallHolder.set(call.presentAttempt());
		boolean interrupted = false;
		try (Tracing.Scope traced = call.traceAttempt()) {
			return call.work.attempt(last);
		}
		catch (Throwable ex) {
			interrupted = Attempts.isInterruption(ex);
			throw ex;
		}
		finally {
			DependencyCallHolder.set(before);
			if (!watchdog.disarm(alarm) && interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static @Nullable Alarm outerAlarm(Call call) {
		for (DependencyCall each = call.outer; each instanceof EnclosingCall outer; each = outer.call().outer) {
			Alarm alarm = outer.call().alarm;
			if (alarm != null && alarm.isOf(Thread.currentThread())) {
				return alarm;
			}
		}
		return null;
	}

}
