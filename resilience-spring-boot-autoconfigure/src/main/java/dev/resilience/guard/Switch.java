package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.SwitchPosition;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * The kill switch of a dependency.
 */
final class Switch {

	private final String name;

	private final CallListener listener;

	// null in the position to which it returns
	private final AtomicReference<@Nullable Thrown> thrown = new AtomicReference<>();

	private volatile Thrown initial;

	Switch(String name, SwitchPosition position, CallListener listener) {
		this.name = name;
		this.listener = listener;
		this.initial = new Thrown(position, null, null, 0);
	}

	SwitchPosition position(long nowNanos) {
		return read(nowNanos).position();
	}

	Thrown read(long nowNanos) {
		Thrown thrown = present(nowNanos);
		return (thrown != null) ? thrown : this.initial;
	}

	private @Nullable Thrown present(long nowNanos) {
		Thrown thrown = this.thrown.get();
		if (thrown == null) {
			return null;
		}
		Duration duration = thrown.duration();
		if (duration == null || thrown.leftNanos(nowNanos) > 0) {
			return thrown;
		}
		if (this.thrown.compareAndSet(thrown, null)) {
			SwitchPosition position = this.initial.position();
			DependencyLog.line(Level.WARN, this.name)
				.log("Switch of dependency '{}' returns to {} after {}", this.name, position, duration);
			this.listener.onSwitchReturned(position, thrown.reason(), duration);
		}
		return null;
	}

	void set(SwitchPosition position, @Nullable String reason, @Nullable Duration duration, long nowNanos) {
		DependencyLog.line(Level.WARN, this.name)
			.log("Switch of dependency '{}' is set to {}{}, reason: {}", this.name, position,
					(duration != null) ? " for " + duration : "", (reason != null) ? reason : "none given");
		this.thrown.set(new Thrown(position, reason, duration, nowNanos));
		this.listener.onSwitch(position, reason, duration);
	}

	/** Whether somebody has thrown it out of its normal position. */
	boolean isThrown(long nowNanos) {
		Thrown thrown = present(nowNanos);
		return thrown != null && thrown.position() != SwitchPosition.AUTO;
	}

	/** The position to which it returns has changed. One that was thrown stays. */
	void returnTo(SwitchPosition position) {
		this.initial = new Thrown(position, null, null, 0);
	}

	/**
	 * The position into which the switch was thrown.
	 *
	 * @param position the position
	 * @param reason why, in words
	 * @param duration for how long, {@code null} until further notice
	 * @param sinceNanos since when
	 */
	record Thrown(SwitchPosition position, @Nullable String reason, @Nullable Duration duration, long sinceNanos) {

		/** The time until it returns; a duration that is too long for a clock is cut. */
		long leftNanos(long nowNanos) {
			return (this.duration != null) ? TimeUnit.NANOSECONDS.convert(this.duration) - (nowNanos - this.sinceNanos)
					: Long.MAX_VALUE;
		}

	}

}
