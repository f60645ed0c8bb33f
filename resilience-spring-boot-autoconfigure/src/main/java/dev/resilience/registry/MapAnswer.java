package dev.resilience.registry;

import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a place that should have a map.
 */
final class MapAnswer {

	private MapAnswer() {
	}

	static byte[] body(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
		if (response == null) {
			throw (failure instanceof UnreadableMapException own) ? own : new UnreadableMapException(problem(failure));
		}
		if (response.statusCode() != 200) {
			throw new UnreadableMapException("It answers %d%s".formatted(response.statusCode(),
					(response.statusCode() / 100 == 3) ? ", and redirects are not followed" : ""));
		}
		String type = response.headers().firstValue("Content-Type").orElse("");
		if (!type.contains("json")) {
			throw new UnreadableMapException("Its answer is no JSON but '%s'".formatted(PartnerMapReader.text(type)));
		}
		return response.body();
	}

	private static String problem(@Nullable Throwable failure) {
		if (failure instanceof TimeoutException || failure instanceof HttpTimeoutException) {
			return "It has not answered in time";
		}
		return (failure instanceof ConnectException) ? "Nobody can be reached there"
				: "It cannot be read: " + ((failure != null) ? failure.getClass().getSimpleName() : "no answer");
	}

}
