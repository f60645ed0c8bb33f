package dev.resilience.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The header of a response that was served with the help of a fallback: {@code true}, or
 * the dependencies that failed, each once, with the age of the oldest data in seconds
 * where they are from an earlier time.
 *
 * @param exposeNames whether it names the failed dependencies
 */
record DegradedHeader(boolean exposeNames) {

	static final String NAME = "X-Degraded";

	private static final String SEPARATOR = ", ";

	private static final String AGE = ";age=";

	private static final Pattern AGED = Pattern.compile("(.*)" + AGE + "(\\d{1,18})");

	private static final long NO_AGE = -1;

	/**
	 * Add a dependency to the header.
	 * @param value the present value, {@code null} if there is none
	 * @param dependency the dependency that failed
	 * @param age how old what was served is, {@code null} if it is not from an earlier
	 * time
	 * @return the new value
	 */
	String add(@Nullable String value, String dependency, @Nullable Duration age) {
		if (!this.exposeNames) {
			return "true";
		}
		Map<String, Long> ages = new LinkedHashMap<>();
		if (value != null) {
			for (String entry : value.split(SEPARATOR)) {
				Matcher aged = AGED.matcher(entry);
				boolean isAged = aged.matches();
				ages.put(isAged ? aged.group(1) : entry, isAged ? Long.parseLong(aged.group(2)) : NO_AGE);
			}
		}
		ages.merge(dependency, (age != null) ? age.toSeconds() : NO_AGE, Math::max);
		return ages.entrySet()
			.stream()
			.map((entry) -> (entry.getValue() == NO_AGE) ? entry.getKey() : entry.getKey() + AGE + entry.getValue())
			.collect(Collectors.joining(SEPARATOR));
	}

}
