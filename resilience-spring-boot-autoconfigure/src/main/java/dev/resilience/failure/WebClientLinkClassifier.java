package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.core.codec.DecodingException;
import org.springframework.core.codec.EncodingException;
import org.springframework.web.reactive.function.UnsupportedMediaTypeException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * WebClient and the HTTP interface clients built on it.
 */
final class WebClientLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof WebClientResponseException response) {
			return HttpStatuses.classify(response.getStatusCode(), response.getHeaders());
		}
		if (link instanceof EncodingException) {
			return Classification.OURS;
		}
		if (link instanceof DecodingException || link instanceof UnsupportedMediaTypeException) {
			return Classification.of(FailureKind.CORRUPT_DATA);
		}
		return null;
	}

}
