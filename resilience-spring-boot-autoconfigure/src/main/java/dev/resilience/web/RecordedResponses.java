package dev.resilience.web;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import dev.resilience.DependencyCall;
import dev.resilience.registry.RedactedUrl;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.ResponseHead;
import dev.resilience.signal.ResponseRecording;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Notes responses for the quarantine. Nothing of the request is noted but its method and
 * where it went.
 */
final class RecordedResponses {

	private final Quarantine quarantine;

	RecordedResponses(Quarantine quarantine) {
		this.quarantine = quarantine;
	}

	/**
	 * Note that a response has come.
	 * @param headers finds a header of the response
	 */
	ResponseRecording start(DependencyCall call, String method, String url, int status,
			Function<String, @Nullable String> headers) {
		String contentType = headers.apply(HttpHeaders.CONTENT_TYPE);
		return this.quarantine.record(call, new ResponseHead(method, redacted(url), status, contentType,
				charset(contentType), length(headers.apply(HttpHeaders.CONTENT_LENGTH))));
	}

	private static String redacted(String url) {
		try {
			return RedactedUrl.of(URI.create(url));
		}
		catch (IllegalArgumentException ex) {
			return "(not a URL)";
		}
	}

	private static long length(@Nullable String header) {
		try {
			return (header != null) ? Long.parseLong(header.trim()) : -1;
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	/** The charset of a text, {@code null} if it is none. */
	private static @Nullable Charset charset(@Nullable String contentType) {
		if (contentType == null) {
			return StandardCharsets.UTF_8;
		}
		try {
			MediaType type = MediaType.parseMediaType(contentType);
			if (type.getCharset() != null) {
				return type.getCharset();
			}
			String subtype = type.getSubtype();
			boolean text = type.getType().equals("text") || subtype.equals("json") || subtype.equals("xml")
					|| subtype.endsWith("+json") || subtype.endsWith("+xml") || subtype.endsWith("javascript")
					|| subtype.endsWith("yaml") || subtype.equals("x-www-form-urlencoded");
			return text ? StandardCharsets.UTF_8 : null;
		}
		catch (InvalidMediaTypeException ex) {
			// the type itself may be what is corrupt
			return StandardCharsets.UTF_8;
		}
	}

}
