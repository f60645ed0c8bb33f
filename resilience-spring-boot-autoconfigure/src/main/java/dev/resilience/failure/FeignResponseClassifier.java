package dev.resilience.failure;

import java.util.Collection;
import java.util.List;

import feign.Response;
import org.jspecify.annotations.Nullable;

/**
 * Feign's {@link Response}, which methods of its clients may return whatever the status.
 */
final class FeignResponseClassifier implements ResultClassifier {

	@Override
	public Class<?> type() {
		return Response.class;
	}

	@Override
	public @Nullable Classification classify(Object result) {
		Response response = (Response) result;
		Collection<String> retryAfter = response.headers().getOrDefault("Retry-After", List.of());
		return HttpStatuses.classifyReturned(response.status(),
				retryAfter.isEmpty() ? null : retryAfter.iterator().next());
	}

}
