package dev.resilience.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Retry-After}: seconds, or a date in one of the three formats of RFC 9110.
 * Nonsense, and what lies more than a year ahead, counts as absent; a date that has
 * passed is now.
 */
final class RetryAfter {

	private static final Duration LONGEST = Duration.ofDays(366);

	private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

	private static final List<DateTimeFormatter> DATES = List.of(
			DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH),
			new DateTimeFormatterBuilder().appendPattern("EEEE, dd-MMM-")
				.appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).minusYears(50))
				.appendPattern(" HH:mm:ss 'GMT'")
				.toFormatter(Locale.ENGLISH),
			DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH));

	private RetryAfter() {
	}

	static @Nullable Duration parse(@Nullable String value, Instant now) {
		String text = (value != null) ? value.trim() : "";
		return limited(
				SECONDS.matcher(text).matches() ? Duration.ofSeconds(Long.parseLong(text)) : untilDate(text, now));
	}

	static @Nullable Duration millis(long millis) {
		return (millis >= 0) ? limited(Duration.ofMillis(millis)) : null;
	}

	static @Nullable Duration until(@Nullable Long epochMillis, Instant now) {
		return (epochMillis != null) ? limited(left(Instant.ofEpochMilli(epochMillis), now)) : null;
	}

	private static @Nullable Duration limited(@Nullable Duration duration) {
		return (duration != null && duration.compareTo(LONGEST) <= 0) ? duration : null;
	}

	private static Duration left(Instant instant, Instant now) {
		return instant.isAfter(now) ? Duration.between(now, instant) : Duration.ZERO;
	}

	private static @Nullable Duration untilDate(String date, Instant now) {
		for (DateTimeFormatter format : DATES) {
			try {
				return left(LocalDateTime.parse(date, format).toInstant(ZoneOffset.UTC), now);
			}
			catch (DateTimeParseException ex) {
				// perhaps the next format
			}
		}
		return null;
	}

}
