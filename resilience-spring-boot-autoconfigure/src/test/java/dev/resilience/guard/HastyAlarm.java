package dev.resilience.guard;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * What {@link Alarm} would be if it did not wait for an interrupt that is on its way.
 */
final class HastyAlarm extends RingingAlarm {

	private enum State {

		FREE, ARMED, FIRING, FIRED

	}

	private final AtomicReference<State> state = new AtomicReference<>(State.FREE);

	private volatile @Nullable Thread thread;

	@Override
	void arm(long deadlineNanos) {
		this.thread = Thread.currentThread();
		this.state.set(State.ARMED);
	}

	@Override
	boolean disarm() {
		State before = this.state.getAndSet(State.FREE);
		if (before == State.FIRED) {
			Thread.interrupted();
		}
		return before != State.ARMED;
	}

	@Override
	void fireIfDue(long nowNanos) {
		Thread thread = this.thread;
		if (thread != null && this.state.compareAndSet(State.ARMED, State.FIRING)) {
			thread.interrupt();
			this.state.compareAndSet(State.FIRING, State.FIRED);
		}
	}

}
