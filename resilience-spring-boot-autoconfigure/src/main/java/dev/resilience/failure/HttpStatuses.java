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
		return classify(status.value(), (headers != null) ? headers.getFirst(HttpHeaders.RETRY_AFTER) : null);
	}

	/** What an exception says that carries this status. */
	static Classification classify(int status, @Nullable String retryAfter) {
		Classification failed = classifyReturned(status, retryAfter);
		if (failed != null) {
			return failed;
		}
		if (status >= 400 && status < 500) {
			return new Classification(FailureKind.CLIENT_ERROR, null, status == 401 || status == 403, false, 1);
		}
		// an exception although the exchange succeeded: the content was not understood
		return Classification.of((status >= 200 && status < 300) ? FailureKind.CORRUPT_DATA : FailureKind.UNKNOWN);
	}

	/**
	 * What a response says that was returned with this status. Whoever has a 4xx returned
	 * to him wants to look at it himself.
	 * @return {@code null} for a value
	 */
	static @Nullable Classification classifyReturned(int status, @Nullable String retryAfter) {
		if (status == 429) {
			return new Classification(FailureKind.RATE_LIMITED, retryAfter(retryAfter), false, false, 1);
		}
		if (status >= 500 && status < 600) {
			return new Classification(FailureKind.SERVER_ERROR, (status == 503) ? retryAfter(retryAfter) : null, false,
					false, 1);
		}
		return null;
	}

	/**
	 * {@code Retry-After} in seconds or as an HTTP date; nonsense counts as absent.
	 */
	private static @Nullable Duration retryAfter(@Nullable String value) {
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
