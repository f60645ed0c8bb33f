package dev.resilience.web;

import java.io.IOException;
import java.util.Collections;

import dev.resilience.Deadline;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.core.Ordered;

/**
 * Spring MVC: notes with a request, as soon as it arrives, when its caller gives up. The
 * time of its later dispatches is that of its arrival.
 */
public final class DeadlineFilter implements Filter, Ordered {

	static final String ATTRIBUTE = DeadlineFilter.class.getName() + ".deadline";

	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	private final DeadlineHeader header;

	/**
	 * Create a new filter.
	 * @param header the header that tells
	 */
	public DeadlineFilter(DeadlineHeader header) {
		this.header = header;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest http && http.getAttribute(ATTRIBUTE) == null) {
			Deadline deadline = this.header.read(Collections.list(http.getHeaders(this.header.name())));
			if (deadline != null) {
				http.setAttribute(ATTRIBUTE, deadline);
			}
		}
		chain.doFilter(request, response);
	}

}
