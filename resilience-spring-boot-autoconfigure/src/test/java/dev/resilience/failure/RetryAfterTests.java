package dev.resilience.failure;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RetryAfter}.
 */
class RetryAfterTests {

	private static final Instant NOW = Instant.parse("2026-11-06T08:49:00Z");

	@ParameterizedTest
	@CsvSource({ "0, 0", "120, 120", "' 7 ', 7", "007, 7", "31622400, 31622400" })
	void seconds(String value, long seconds) {
		assertThat(RetryAfter.parse(value, NOW)).isEqualTo(Duration.ofSeconds(seconds));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Fri, 06 Nov 2026 08:49:37 GMT", "Fri, 6 Nov 2026 08:49:37 GMT",
			"Friday, 06-Nov-26 08:49:37 GMT", "Fri Nov  6 08:49:37 2026" })
	void datesInEachFormatOfTheStandard(String value) {
		assertThat(RetryAfter.parse(value, NOW)).isEqualTo(Duration.ofSeconds(37));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" })
	void dateThatHasPassedIsNow(String value) {
		assertThat(RetryAfter.parse(value, NOW)).isEqualTo(Duration.ZERO);
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { " ", "soon", "-5", "+5", "1.5", "1e3", "0x10", "12 apples", "5, 10", "\u0665", "31622401",
			"999999999", "99999999999999999999", "Mon, 06 Nov 2026 08:49:37 GMT", "Fri, 06 Nov 2026 08:49:37 CET",
			"Fri, 31 Feb 2026 25:00:00 GMT", "Sat, 06 Nov 2027 08:49:37 GM", "Mon, 06 Nov 2028 08:49:37 GMT",
			"2026-11-06T08:49:37Z" })
	void nonsenseCountsAsAbsent(String value) {
		assertThat(RetryAfter.parse(value, NOW)).isNull();
	}

	@Test
	void millisecondsAndInstants() {
		assertThat(RetryAfter.millis(1500)).isEqualTo(Duration.ofMillis(1500));
		assertThat(RetryAfter.millis(-1)).isNull();
		assertThat(RetryAfter.millis(Long.MAX_VALUE)).isNull();
		assertThat(RetryAfter.until(NOW.plusSeconds(3).toEpochMilli(), NOW)).isEqualTo(Duration.ofSeconds(3));
		assertThat(RetryAfter.until(NOW.minusSeconds(3).toEpochMilli(), NOW)).isEqualTo(Duration.ZERO);
		assertThat(RetryAfter.until(Long.MAX_VALUE, NOW)).isNull();
		assertThat(RetryAfter.until(null, NOW)).isNull();
	}

}
