package dev.resilience.web;

import java.io.IOException;

import dev.resilience.DependencyCallHolder;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Apache's client: by itself it sends a request again after a 429 or 503, a POST as well,
 * and waits for as long as {@code Retry-After} says. Within a guarded call only the guard
 * repeats: it knows what is safe, and how much time and budget are left.
 */
public final class GuardedRetryStrategy extends DefaultHttpRequestRetryStrategy {

	@Override
	public boolean retryRequest(HttpRequest request, IOException exception, int execCount, HttpContext context) {
		return isUnguarded() && super.retryRequest(request, exception, execCount, context);
	}

	@Override
	public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
		return isUnguarded() && super.retryRequest(response, execCount, context);
	}

	private static boolean isUnguarded() {
		return DependencyCallHolder.get() == null;
	}

}
