package dev.resilience.failure;

import java.net.SocketException;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.converter.HttpMessageConversionException;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.web.client.RestClientException;
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
		if (link instanceof HttpMessageNotWritableException || isUnwritable(link)) {
			return Classification.OURS;
		}
		return (link instanceof HttpMessageConversionException || link instanceof InvalidMediaTypeException
				|| isUnreadable(link)) ? Classification.of(FailureKind.CORRUPT_DATA) : null;
	}

	private static boolean isUnwritable(Throwable link) {
		return isRestClients(link, "No HttpMessageConverter");
	}

	// the response was there and could not be read; without one HttpURLConnection reports
	// a lost connection, and of one that is garbled from its start no status
	private static boolean isUnreadable(Throwable link) {
		return (isRestClients(link, "Error while extracting response") && !(link.getCause() instanceof SocketException))
				|| (link instanceof IllegalArgumentException && Texts.startsWith(link, "Status code '-1'"));
	}

	// without an exception of their own: the texts are Spring's
	private static boolean isRestClients(Throwable link, String text) {
		return link.getClass() == RestClientException.class && Texts.startsWith(link, text);
	}

}
