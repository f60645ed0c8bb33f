package dev.resilience.signal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Lines about dependencies in the log, each with its dependency as a field. Of a line
 * that an outage repeats, one in ten seconds is written, and says how many were left out
 * before it.
 */
public final class DependencyLog {

	/** The key of the field. */
	public static final String FIELD = "dependency";

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final int MANY = 1000;

	private final LongSupplier clock;

	private final Map<Line, Limit> limits = new ConcurrentHashMap<>();

	/**
	 * Create a log that counts the lines of its owner.
	 * @param clock the monotonic clock, in nanoseconds
	 */
	public DependencyLog(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * Begin a line that is never left out.
	 * @param level its level
	 * @param dependency which it is about
	 * @return the line, which has the field
	 */
	public static LoggingEventBuilder line(Level level, String dependency) {
		return logger.atLevel(level).addKeyValue(FIELD, dependency);
	}

	/**
	 * Write a line that may come often, or count it if one like it was written of late.
	 * @param level its level
	 * @param dependency which it is about
	 * @param cause the exception to show, {@code null} for none
	 * @param message what is the same in all lines like it
	 * @param arguments the others
	 */
	public void repeated(Level level, String dependency, @Nullable Throwable cause, String message,
			@Nullable Object... arguments) {
		if (!logger.isEnabledForLevel(level)) {
			return;
		}
		long now = this.clock.getAsLong();
		long leftOut = limit(new Line(dependency, message), now).pass(now);
		if (leftOut == Limit.LEFT_OUT) {
			return;
		}
		LoggingEventBuilder line = line(level, dependency).setCause(cause)
			.setMessage((leftOut > 0) ? message + ", and {} more like this" : message);
		for (Object argument : arguments) {
			line = line.addArgument(argument);
		}
		((leftOut > 0) ? line.addArgument(leftOut) : line).log();
	}

	private Limit limit(Line line, long now) {
		Limit known = this.limits.get(line);
		if (known != null) {
			return known;
		}
		if (this.limits.size() >= MANY) {
			// dependencies come and go
			this.limits.values().removeIf((limit) -> limit.isOver(now));
		}
		return this.limits.computeIfAbsent(line, (key) -> new Limit(now));
	}

	/**
	 * Lines that are alike.
	 *
	 * @param dependency which they are about
	 * @param message what is the same in all of them
	 */
	private record Line(String dependency, String message) {
	}

	/**
	 * Lets one line through, and counts the others until the pause after it is over.
	 */
	private static final class Limit {

		private static final long LEFT_OUT = -1;

		private final AtomicLong nextNanos;

		private final AtomicLong leftOut = new AtomicLong();

		private Limit(long nowNanos) {
			this.nextNanos = new AtomicLong(nowNanos);
		}

		private boolean isOver(long nowNanos) {
			return nowNanos - this.nextNanos.get() >= 0;
		}

		/** How many were left out before this line, or whether it is one of them. */
		private long pass(long nowNanos) {
			long next = this.nextNanos.get();
			if (nowNanos - next >= 0 && this.nextNanos.compareAndSet(next, nowNanos + PAUSE_NANOS)) {
				return this.leftOut.getAndSet(0);
			}
			this.leftOut.incrementAndGet();
			return LEFT_OUT;
		}

	}

}
