package dev.resilience.web;

import java.io.IOException;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * RestClient and RestTemplate: tells the guarded call of the current thread that a
 * request leaves, so that what may have been received is not sent again unless the
 * partner recognises it.
 */
public final class GuardedRequestInterceptor implements ClientHttpRequestInterceptor {

	private final OutboundHeaders headers;

	/**
	 * Create a new interceptor.
	 * @param headers what requests carry
	 */
	public GuardedRequestInterceptor(OutboundHeaders headers) {
		this.headers = headers;
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		DependencyCall call = DependencyCallHolder.get();
		if (call == null) {
			return execution.execute(request, body);
		}
		HttpHeaders headers = request.getHeaders();
		this.headers.announce(call, headers::containsHeader, headers::set);
		try {
			return execution.execute(request, body);
		}
		catch (IOException | RuntimeException ex) {
			if (Connections.noneCameAbout(ex)) {
				call.requestNotSent();
			}
			throw ex;
		}
	}

}
