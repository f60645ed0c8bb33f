package dev.resilience.web;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * WebClient: tells the guarded call of the subscription, or else of the current thread,
 * that a request leaves, so that what may have been received is not sent again unless the
 * partner recognises it.
 */
public final class GuardedExchangeFilter implements ExchangeFilterFunction {

	private final OutboundHeaders headers;

	/**
	 * Create a new filter.
	 * @param headers what requests carry
	 */
	public GuardedExchangeFilter(OutboundHeaders headers) {
		this.headers = headers;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return Mono.deferContextual((context) -> exchange(request, next, currentCall(context)));
	}

	static @Nullable DependencyCall currentCall(ContextView context) {
		return context.hasKey(DependencyCall.class) ? context.get(DependencyCall.class) : DependencyCallHolder.get();
	}

	private Mono<ClientResponse> exchange(ClientRequest request, ExchangeFunction next, @Nullable DependencyCall call) {
		if (call == null) {
			return next.exchange(request);
		}
		ClientRequest announced = ClientRequest.from(request)
			.headers((headers) -> this.headers.announce(call, headers::containsHeader, headers::set))
			.build();
		return next.exchange(announced).doOnError(Connections::noneCameAbout, (ex) -> call.requestNotSent());
	}

}
