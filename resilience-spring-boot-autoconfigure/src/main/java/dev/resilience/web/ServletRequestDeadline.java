package dev.resilience.web;

import dev.resilience.Deadline;
import dev.resilience.guard.RequestDeadline;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Spring MVC: finds what {@link DeadlineFilter} has noted with the request that the
 * current thread serves.
 */
public final class ServletRequestDeadline implements RequestDeadline {

	@Override
	public @Nullable Deadline current() {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		if (request == null) {
			return null;
		}
		try {
			return (Deadline) request.getAttribute(DeadlineFilter.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
		}
		catch (IllegalStateException ex) {
			// the request has ended, and nobody waits for what goes on
			return null;
		}
	}

}
