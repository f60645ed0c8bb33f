package dev.resilience.web;

import dev.resilience.Deadline;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Spring WebFlux: puts into the Reactor context, where guarded calls find it, when the
 * caller of a request gives up.
 */
public final class DeadlineWebFilter implements WebFilter, Ordered {

	private static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	private final DeadlineHeader header;

	/**
	 * Create a new filter.
	 * @param header the header that tells
	 */
	public DeadlineWebFilter(DeadlineHeader header) {
		this.header = header;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		Deadline deadline = this.header.read(exchange.getRequest().getHeaders().getOrEmpty(this.header.name()));
		return (deadline != null)
				? chain.filter(exchange).contextWrite((context) -> context.put(Deadline.class, deadline))
				: chain.filter(exchange);
	}

}
