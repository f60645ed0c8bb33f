package dev.resilience.web;

import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.signal.DegradedResponse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Spring WebFlux: puts the response into the Reactor context, where guarded calls find
 * it, and marks it as degraded just before it is committed.
 */
public final class DegradedResponseWebFilter implements WebFilter, Ordered {

	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	private final DegradedHeader header;

	/**
	 * Create a new filter.
	 * @param exposeNames whether to name dependencies
	 */
	public DegradedResponseWebFilter(boolean exposeNames) {
		this.header = new DegradedHeader(exposeNames);
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		AtomicReference<@Nullable String> value = new AtomicReference<>();
		ServerHttpResponse response = exchange.getResponse();
		response.beforeCommit(() -> Mono.fromRunnable(() -> mark(response, value.get())));
		DegradedResponse degraded = (dependency, age) -> value
			.updateAndGet((current) -> this.header.add(current, dependency, age));
		return chain.filter(exchange).contextWrite((context) -> context.put(DegradedResponse.class, degraded));
	}

	private static void mark(ServerHttpResponse response, @Nullable String value) {
		if (value != null) {
			response.getHeaders().set(DegradedHeader.NAME, value);
		}
	}

}
