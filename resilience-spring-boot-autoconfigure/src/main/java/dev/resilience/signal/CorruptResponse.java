package dev.resilience.signal;

import org.jspecify.annotations.Nullable;

/**
 * A response that could not be understood, as far as it was kept.
 *
 * @param time when it came
 * @param operation the operation that failed with it
 * @param method the method of the request
 * @param url where the request was sent, without credentials and the values of its query
 * @param status the status
 * @param contentType the declared type of the body
 * @param body the beginning of the body
 * @param encoding how the body is shown: {@code text} or {@code base64}
 * @param truncated whether the body was longer than what is shown, or was not read to its
 * end
 * @param length how many bytes of the body were read
 */
public record CorruptResponse(String time, String operation, String method, String url, int status,
		@Nullable String contentType, String body, String encoding, boolean truncated, long length) {
}
