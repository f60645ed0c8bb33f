package dev.resilience.web;

import java.util.List;

import dev.resilience.signal.FailedCalls;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Spring WebFlux: answers with problem details when a critical dependency failed and
 * nobody caught that. Comes after the application's own exception handlers and just
 * before Spring Boot's.
 */
public final class DependencyWebExceptionHandler implements WebExceptionHandler, Ordered {

	/** Spring Boot's own handler has -1. */
	private static final int ORDER = -2;

	private final DependencyProblems problems;

	private final ServerResponse.Context context;

	/**
	 * Create a new handler.
	 * @param failedCalls the failures of critical dependencies
	 * @param exposeNames whether to name dependencies
	 * @param codecs write the problem details
	 */
	public DependencyWebExceptionHandler(FailedCalls failedCalls, boolean exposeNames, ServerCodecConfigurer codecs) {
		this.problems = new DependencyProblems(failedCalls, exposeNames);
		this.context = new WritersOnly(codecs.getWriters());
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable exception) {
		DependencyProblem problem = exchange.getResponse().isCommitted() ? null : this.problems.answer(exception);
		if (problem == null) {
			return Mono.error(exception);
		}
		return ServerResponse.from(problem).flatMap((response) -> response.writeTo(exchange, this.context));
	}

	private record WritersOnly(List<HttpMessageWriter<?>> messageWriters) implements ServerResponse.Context {

		@Override
		public List<ViewResolver> viewResolvers() {
			return List.of();
		}

	}

}
