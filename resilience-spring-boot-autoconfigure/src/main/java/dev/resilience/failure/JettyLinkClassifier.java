package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.Response;
import org.jspecify.annotations.Nullable;

/**
 * Responses that Jetty's client objects to: those it cannot read, and refusals of our
 * credentials without the challenge that should come with them.
 */
final class JettyLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof HttpResponseException objection)) {
			return null;
		}
		Response response = objection.getResponse();
		return (response != null && response.getStatus() == 401) ? Classification.UNAUTHORIZED
				: Classification.of(FailureKind.CORRUPT_DATA);
	}

}
