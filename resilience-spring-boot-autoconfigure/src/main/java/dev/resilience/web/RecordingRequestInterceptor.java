package dev.resilience.web;

import java.io.IOException;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.signal.Quarantine;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * RestClient and RestTemplate: notes the responses of guarded calls for the quarantine.
 */
public final class RecordingRequestInterceptor implements ClientHttpRequestInterceptor {

	private final RecordedResponses responses;

	/**
	 * Create a new interceptor.
	 * @param quarantine keeps those that turn out to be corrupt
	 */
	public RecordingRequestInterceptor(Quarantine quarantine) {
		this.responses = new RecordedResponses(quarantine);
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		ClientHttpResponse response = execution.execute(request, body);
		DependencyCall call = DependencyCallHolder.get();
		return (call != null)
				? new RecordedResponse(response, this.responses.start(call, request.getMethod().name(),
						request.getURI().toString(), response.getStatusCode().value(), response.getHeaders()::getFirst))
				: response;
	}

}
