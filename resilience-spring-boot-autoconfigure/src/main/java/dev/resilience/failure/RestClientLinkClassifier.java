package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.UnknownContentTypeException;

/**
 * RestClient, RestTemplate and the HTTP interface clients built on them.
 */
final class RestClientLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof RestClientResponseException response) {
			return HttpStatuses.classify(response.getStatusCode(), response.getResponseHeaders());
		}
		if (link instanceof UnknownContentTypeException response) {
			return HttpStatuses.classify(response.getStatusCode(), response.getResponseHeaders());
		}
		if (link instanceof HttpMessageNotWritableException) {
			return Classification.OURS;
		}
		if (link instanceof HttpMessageConversionException) {
			return Classification.of(FailureKind.CORRUPT_DATA);
		}
		return null;
	}

}
