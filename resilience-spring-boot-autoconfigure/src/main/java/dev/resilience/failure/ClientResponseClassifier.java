package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * WebFlux' {@link ClientResponse}, from below the WebClient.
 */
final class ClientResponseClassifier implements ResultClassifier {

	@Override
	public Class<?> type() {
		return ClientResponse.class;
	}

	@Override
	public @Nullable Classification classify(Object result) {
		ClientResponse response = (ClientResponse) result;
		return HttpStatuses.classifyReturned(response.statusCode().value(),
				response.headers().asHttpHeaders().getFirst("Retry-After"));
	}

	@Override
	public void discard(Object result) {
		((ClientResponse) result).releaseBody().subscribe();
	}

}
