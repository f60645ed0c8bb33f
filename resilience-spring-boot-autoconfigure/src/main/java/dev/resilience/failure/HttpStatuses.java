package dev.resilience.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;

/**
 * What an HTTP status says about a failed exchange.
 */
final class HttpStatuses {

	private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();

	private HttpStatuses() {
	}

	static Classification classify(HttpStatusCode status, @Nullable HttpHeaders headers) {
		int code = status.value();
		if (code == 429) {
			return new Classification(FailureKind.RATE_LIMITED, retryAfter(headers), false, false, 1);
		}
		if (status.is5xxServerError()) {
			return new Classification(FailureKind.SERVER_ERROR, (code == 503) ? retryAfter(headers) : null, false,
					false, 1);
		}
		if (status.is4xxClientError()) {
			return new Classification(FailureKind.CLIENT_ERROR, null, code == 401 || code == 403, false, 1);
		}
		// an exception although the exchange succeeded: the content was not understood
		return Classification.of(status.is2xxSuccessful() ? FailureKind.CORRUPT_DATA : FailureKind.UNKNOWN);
	}

	/**
	 * {@code Retry-After} in seconds or as an HTTP date; nonsense counts as absent.
	 */
	private static @Nullable Duration retryAfter(@Nullable HttpHeaders headers) {
		String value = (headers != null) ? headers.getFirst(HttpHeaders.RETRY_AFTER) : null;
		if (value == null) {
			return null;
		}
		String text = value.trim();
		try {
			long seconds = Character.isDigit(text.isEmpty() ? ' ' : text.charAt(0)) ? Long.parseLong(text)
					: Duration
						.between(Instant.now(),
								ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant())
						.toSeconds();
			return Duration.ofSeconds(Math.max(0, Math.min(LONGEST_SECONDS, seconds)));
		}
		catch (NumberFormatException | DateTimeParseException ex) {
			return null;
		}
	}

}
