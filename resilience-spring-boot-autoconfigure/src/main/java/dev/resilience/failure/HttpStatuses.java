package dev.resilience.failure;

import java.time.Duration;
import java.time.Instant;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;

/**
 * What an HTTP status says about an exchange.
 */
final class HttpStatuses {

	private static final Classification SERVER_ERROR = Classification.of(FailureKind.SERVER_ERROR).asConclusive();

	private static final Classification CLIENT_ERROR = Classification.of(FailureKind.CLIENT_ERROR).asConclusive();

	private static final Classification UNAUTHORIZED = Classification.UNAUTHORIZED.asConclusive();

	private static final Classification CORRUPT_DATA = Classification.of(FailureKind.CORRUPT_DATA);

	private static final Classification UNKNOWN = Classification.of(FailureKind.UNKNOWN);

	private HttpStatuses() {
	}

	static Classification classify(HttpStatusCode status, @Nullable HttpHeaders headers) {
		return classify(status.value(), (headers != null) ? headers.getFirst(HttpHeaders.RETRY_AFTER) : null);
	}

	/** What an exception says that carries this status. */
	static Classification classify(int status, @Nullable String retryAfter) {
		return classify(status, RetryAfter.parse(retryAfter, Instant.now()));
	}

	static Classification classify(int status, @Nullable Duration retryAfter) {
		Classification failed = classifyReturned(status, retryAfter);
		if (failed != null) {
			return failed;
		}
		if (status == 401 || status == 403) {
			return UNAUTHORIZED;
		}
		if (status >= 400 && status < 500) {
			return CLIENT_ERROR;
		}
		// an exception although the exchange succeeded: the content was not understood,
		// unless the causes know better
		return (status >= 200 && status < 300) ? CORRUPT_DATA : UNKNOWN;
	}

	/**
	 * What a response says that was returned with this status. Whoever has a 4xx returned
	 * to him wants to look at it himself.
	 * @return {@code null} for a value
	 */
	static @Nullable Classification classifyReturned(int status, @Nullable String retryAfter) {
		return classifyReturned(status, RetryAfter.parse(retryAfter, Instant.now()));
	}

	private static @Nullable Classification classifyReturned(int status, @Nullable Duration retryAfter) {
		if (status == 429) {
			return Classification.of(FailureKind.RATE_LIMITED, retryAfter).asConclusive();
		}
		if (status >= 500 && status < 600) {
			return (status == 503 && retryAfter != null)
					? Classification.of(FailureKind.SERVER_ERROR, retryAfter).asConclusive() : SERVER_ERROR;
		}
		return null;
	}

}
