package dev.resilience.failure;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

import dev.resilience.FailureKind;
import feign.FeignException;
import feign.RetryableException;
import feign.codec.EncodeException;
import org.jspecify.annotations.Nullable;

/**
 * Feign.
 */
final class FeignLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof EncodeException) {
			return Classification.OURS;
		}
		if (link instanceof FeignException exchange) {
			// a link around what the client threw, or around the response
			boolean wrapper = exchange.status() <= 0
					|| (exchange instanceof RetryableException && exchange.getCause() instanceof FeignException);
			return wrapper ? null : HttpStatuses.classify(exchange.status(), retryAfter(exchange));
		}
		// Feign has no exception of its own for a reply without a readable status
		return (link.getClass() == IOException.class && Texts.startsWith(link, "Invalid status(-1)"))
				? Classification.of(FailureKind.CORRUPT_DATA) : null;
	}

	private static @Nullable Duration retryAfter(FeignException exchange) {
		Instant now = Instant.now();
		Collection<String> header = exchange.responseHeaders().getOrDefault("Retry-After", List.of());
		Duration told = header.isEmpty() ? null : RetryAfter.parse(header.iterator().next(), now);
		// an error decoder of the application may have left out the header
		return (told == null && exchange instanceof RetryableException retryable)
				? RetryAfter.until(retryable.retryAfter(), now) : told;
	}

}
