package dev.resilience.web;

import java.time.Duration;
import java.util.function.Supplier;

import dev.resilience.signal.DegradedResponse;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Spring MVC: supplies the response of the request that the current thread serves. It is
 * marked as degraded from whichever thread the fallback runs on, until it is committed.
 */
public final class ServletDegradedResponses implements Supplier<@Nullable DegradedResponse> {

	private final DegradedHeader header;

	/**
	 * Create a new supplier.
	 * @param exposeNames whether to name dependencies
	 */
	public ServletDegradedResponses(boolean exposeNames) {
		this.header = new DegradedHeader(exposeNames);
	}

	@Override
	public @Nullable DegradedResponse get() {
		HttpServletResponse response = (RequestContextHolder
			.getRequestAttributes() instanceof ServletRequestAttributes attributes) ? attributes.getResponse() : null;
		return (response != null) ? (dependency, age) -> mark(response, dependency, age) : null;
	}

	private void mark(HttpServletResponse response, String dependency, @Nullable Duration age) {
		synchronized (response) {
			try {
				if (!response.isCommitted()) {
					response.setHeader(DegradedHeader.NAME,
							this.header.add(response.getHeader(DegradedHeader.NAME), dependency, age));
				}
			}
			catch (IllegalStateException ex) {
				// the request ended before the call, and the container has taken the
				// response back
			}
		}
	}

}
