package dev.resilience.guard;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.policy.SwitchPosition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kill switch of a dependency.
 */
final class Switch {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final String name;

	private final AtomicReference<Thrown> thrown;

	private volatile Thrown initial;

	Switch(String name, SwitchPosition position) {
		this.name = name;
		this.initial = new Thrown(position, null, null, 0);
		this.thrown = new AtomicReference<>(this.initial);
	}

	SwitchPosition position(long nowNanos) {
		return read(nowNanos).position();
	}

	Thrown read(long nowNanos) {
		Thrown thrown = Objects.requireNonNull(this.thrown.get());
		if (thrown.duration() != null && thrown.leftNanos(nowNanos) <= 0) {
			Thrown initial = this.initial;
			if (this.thrown.compareAndSet(thrown, initial)) {
				logger.warn("Switch of dependency '{}' returns to {} after {}", this.name, initial.position(),
						thrown.duration());
			}
			return initial;
		}
		return thrown;
	}

	void set(SwitchPosition position, @Nullable String reason, @Nullable Duration duration, long nowNanos) {
		logger.warn("Switch of dependency '{}' is set to {}{}, reason: {}", this.name, position,
				(duration != null) ? " for " + duration : "", (reason != null) ? reason : "none given");
		this.thrown.set(new Thrown(position, reason, duration, nowNanos));
	}

	/** Whether somebody has thrown it out of its normal position. */
	boolean isThrown(long nowNanos) {
		Thrown thrown = read(nowNanos);
		return thrown != this.initial && thrown.position() != SwitchPosition.AUTO;
	}

	/** The position to which it returns has changed. One that was thrown stays. */
	void returnTo(SwitchPosition position) {
		Thrown before = this.initial;
		if (before.position() != position) {
			Thrown initial = new Thrown(position, null, null, 0);
			this.initial = initial;
			this.thrown.compareAndSet(before, initial);
		}
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
