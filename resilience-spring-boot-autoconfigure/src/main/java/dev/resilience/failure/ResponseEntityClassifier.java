package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseEntity;

/**
 * Spring's {@link ResponseEntity}.
 */
final class ResponseEntityClassifier implements ResultClassifier {

	@Override
	public Class<?> type() {
		return ResponseEntity.class;
	}

	@Override
	public @Nullable Classification classify(Object result) {
		ResponseEntity<?> response = (ResponseEntity<?>) result;
		return HttpStatuses.classifyReturned(response.getStatusCode().value(),
				response.getHeaders().getFirst("Retry-After"));
	}

	// a body that is a stream
	@Override
	public void discard(Object result) throws Exception {
		if (((ResponseEntity<?>) result).getBody() instanceof AutoCloseable body) {
			body.close();
		}
	}

}
