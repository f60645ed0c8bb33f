package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.ProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Apache HttpClient. Its connect timeout includes the TLS handshake.
 */
final class ApacheLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof ConnectTimeoutException || link instanceof ConnectionRequestTimeoutException) {
			return Classification.REFUSED;
		}
		return (link instanceof ProtocolException || link instanceof MalformedChunkCodingException)
				? Classification.of(FailureKind.CORRUPT_DATA) : null;
	}

}
