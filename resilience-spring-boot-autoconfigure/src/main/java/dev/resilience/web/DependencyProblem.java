package dev.resilience.web;

import java.time.Duration;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls.FailedCall;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;

/**
 * The answer to a request that failed because a dependency did: RFC 9457 problem details
 * that say what happened, and never what the exception said.
 *
 * @param body the problem details
 * @param headers the headers
 */
record DependencyProblem(ProblemDetail body, HttpHeaders headers) implements ErrorResponse {

	/**
	 * Describe a failure.
	 * @param call the call that failed
	 * @param exposeName whether the dependency may be named
	 * @return the answer, {@code null} if the failure is none of the dependency's
	 */
	static @Nullable DependencyProblem of(FailedCall call, boolean exposeName) {
		HttpStatus status = status(call.failure());
		if (status == null) {
			return null;
		}
		ProblemDetail body = ProblemDetail.forStatus(status);
		String subject = exposeName ? "The dependency '%s'".formatted(call.dependency()) : "A required service";
		body.setDetail(subject + " " + predicate(status));
		if (exposeName) {
			body.setProperty("dependency", call.dependency());
		}
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(wholeSeconds(call.retryAfter())));
		}
		return new DependencyProblem(body, headers);
	}

	private static @Nullable HttpStatus status(FailureKind kind) {
		return switch (kind) {
			case REJECTED, RATE_LIMITED -> HttpStatus.SERVICE_UNAVAILABLE;
			case TIMEOUT -> HttpStatus.GATEWAY_TIMEOUT;
			case CONNECTION_REFUSED, SERVER_ERROR, CORRUPT_DATA, PARTIAL_FAILURE -> HttpStatus.BAD_GATEWAY;
			case NONE, SLOW_RESPONSE, CLIENT_ERROR, UNKNOWN -> null;
		};
	}

	private static String predicate(HttpStatus status) {
		return switch (status) {
			case SERVICE_UNAVAILABLE -> "is not available at the moment.";
			case GATEWAY_TIMEOUT -> "did not answer in time.";
			default -> "failed.";
		};
	}

	private static long wholeSeconds(@Nullable Duration wait) {
		return (wait != null) ? Math.max(1, wait.plusSeconds(1).minusNanos(1).toSeconds()) : 1;
	}

	@Override
	public HttpStatusCode getStatusCode() {
		return HttpStatusCode.valueOf(this.body.getStatus());
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public ProblemDetail getBody() {
		return this.body;
	}

}
