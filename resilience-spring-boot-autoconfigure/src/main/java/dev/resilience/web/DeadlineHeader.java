package dev.resilience.web;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import dev.resilience.Deadline;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The header by which the caller of a request tells in how many milliseconds he gives up.
 */
public final class DeadlineHeader {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final Pattern MILLISECONDS = Pattern.compile("[0-9]{1,18}");

	private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

	private final String name;

	private final LongSupplier clock;

	/**
	 * Create a new header.
	 * @param name its name
	 * @param clock the monotonic clock, in nanoseconds
	 */
	public DeadlineHeader(String name, LongSupplier clock) {
		this.name = name;
		this.clock = clock;
	}

	String name() {
		return this.name;
	}

	/**
	 * The deadline of a request that arrives now.
	 * @param values the values of the header
	 * @return the deadline, {@code null} if there is none that can be understood
	 */
	@Nullable Deadline read(List<String> values) {
		if (values.isEmpty()) {
			return null;
		}
		String value = values.get(0);
		if (values.size() > 1 || !MILLISECONDS.matcher(value).matches()) {
			logger.debug("Ignored the header {} with {} value(s), the first one '{}'", this.name, values.size(),
					UNPRINTABLE.matcher(value).replaceAll("?"));
			return null;
		}
		// the longest ones end at the longest time there is
		return new Deadline(this.clock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(value)), this.clock);
	}

}
