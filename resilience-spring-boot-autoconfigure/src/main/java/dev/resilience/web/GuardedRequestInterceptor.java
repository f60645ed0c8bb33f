package dev.resilience.web;

import java.io.IOException;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * RestClient and RestTemplate: tells the guarded call of the current thread that a
 * request leaves, so that what may have been received is not sent again.
 */
public final class GuardedRequestInterceptor implements ClientHttpRequestInterceptor {

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		DependencyCall call = DependencyCallHolder.get();
		if (call == null) {
			return execution.execute(request, body);
		}
		call.requestStarted();
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
