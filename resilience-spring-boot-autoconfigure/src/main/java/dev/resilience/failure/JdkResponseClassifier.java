package dev.resilience.failure;

import java.net.http.HttpResponse;

import org.jspecify.annotations.Nullable;

/**
 * The response of the JDK's HTTP client, which throws at no status.
 */
final class JdkResponseClassifier implements ResultClassifier {

	@Override
	public Class<?> type() {
		return HttpResponse.class;
	}

	@Override
	public @Nullable Classification classify(Object result) {
		HttpResponse<?> response = (HttpResponse<?>) result;
		return HttpStatuses.classifyReturned(response.statusCode(),
				response.headers().firstValue("Retry-After").orElse(null));
	}

	// an open body holds the connection
	@Override
	public void discard(Object result) throws Exception {
		if (((HttpResponse<?>) result).body() instanceof AutoCloseable body) {
			body.close();
		}
	}

}
