package dev.resilience.signal;

import java.nio.charset.Charset;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a response before its body is read.
 *
 * @param method the method of the request
 * @param url where it was sent, without anything secret
 * @param status the status
 * @param contentType the declared type of the body, {@code null} if there is none
 * @param charset in which the body is a text, {@code null} if it is none
 * @param contentLength the declared length of the body in bytes, -1 if it is not known
 */
public record ResponseHead(String method, String url, int status, @Nullable String contentType,
		@Nullable Charset charset, long contentLength) {
}
