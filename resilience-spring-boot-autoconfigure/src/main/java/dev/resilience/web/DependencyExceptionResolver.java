package dev.resilience.web;

import java.io.IOException;
import java.util.List;

import dev.resilience.signal.FailedCalls;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Spring MVC: answers with problem details when a critical dependency failed and nobody
 * caught that. Comes after the application's own exception handlers.
 */
public final class DependencyExceptionResolver implements HandlerExceptionResolver, Ordered {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final DependencyProblems problems;

	private final ServerResponse.Context context;

	/**
	 * Create a new resolver.
	 * @param failedCalls the failures of critical dependencies
	 * @param exposeNames whether to name dependencies
	 * @param converters write the problem details; those of the application's handlers
	 */
	public DependencyExceptionResolver(FailedCalls failedCalls, boolean exposeNames,
			List<HttpMessageConverter<?>> converters) {
		this.problems = new DependencyProblems(failedCalls, exposeNames);
		this.context = () -> converters;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public @Nullable ModelAndView resolveException(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception exception) {
		DependencyProblem problem = response.isCommitted() ? null : this.problems.answer(exception);
		if (problem == null) {
			return null;
		}
		try {
			ServerResponse.from(problem).writeTo(request, response, this.context);
			return new ModelAndView();
		}
		catch (IOException | ServletException ex) {
			logger.warn("The problem details could not be written: {}", ex.getClass().getName());
			return null;
		}
	}

}
