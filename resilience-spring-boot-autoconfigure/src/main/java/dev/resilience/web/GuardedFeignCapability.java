package dev.resilience.web;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import feign.AsyncClient;
import feign.Capability;
import feign.Client;
import feign.Request;
import feign.RetryableException;
import feign.Retryer;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.annotation.RegisterReflection;

/**
 * Feign: tells the guarded call of the current thread that a request leaves, so that what
 * may have been received is not sent again unless the partner recognises it. Within a
 * guarded call only the guard repeats: Feign's own retries would send a request again
 * whatever it does.
 */
// Feign finds the methods by their name
@RegisterReflection(memberCategories = MemberCategory.INVOKE_PUBLIC_METHODS)
public final class GuardedFeignCapability implements Capability {

	private static final byte[] EMPTY = {};

	private final OutboundHeaders headers;

	/**
	 * Create a new capability.
	 * @param headers what requests carry
	 */
	public GuardedFeignCapability(OutboundHeaders headers) {
		this.headers = headers;
	}

	@Override
	public Client enrich(Client client) {
		return (request, options) -> {
			DependencyCall call = DependencyCallHolder.get();
			if (call == null) {
				return client.execute(request, options);
			}
			Request announced = announce(request, call);
			try {
				return client.execute(announced, options);
			}
			catch (IOException | RuntimeException ex) {
				takeBack(call, ex);
				throw ex;
			}
		};
	}

	@Override
	public AsyncClient<Object> enrich(AsyncClient<Object> client) {
		return (request, options, context) -> {
			DependencyCall call = DependencyCallHolder.get();
			if (call == null) {
				return client.execute(request, options, context);
			}
			return client.execute(announce(request, call), options, context).whenComplete((response, ex) -> {
				if (ex != null) {
					takeBack(call, ex);
				}
			});
		};
	}

	@Override
	public Retryer enrich(Retryer retryer) {
		return new GuardedRetryer(retryer);
	}

	private Request announce(Request request, DependencyCall call) {
		Map<String, Collection<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.putAll(request.headers());
		this.headers.announce(call, headers::containsKey, (name, value) -> headers.put(name, List.of(value)));
		return Request.create(request.httpMethod(), request.url(), headers, body(request), request.charset(),
				request.requestTemplate());
	}

	// what has no body at all HttpURLConnection sends a second time by itself
	private static byte @Nullable [] body(Request request) {
		byte[] body = request.body();
		return switch (request.httpMethod()) {
			case POST, PUT, PATCH, DELETE -> (body != null) ? body : EMPTY;
			default -> body;
		};
	}

	private static void takeBack(DependencyCall call, Throwable ex) {
		if (Connections.noneCameAbout(ex)) {
			call.requestNotSent();
		}
	}

	/** Feign clones it for each request, on the thread that makes it. */
	private record GuardedRetryer(Retryer retryer) implements Retryer {

		@Override
		public void continueOrPropagate(RetryableException ex) {
			this.retryer.continueOrPropagate(ex);
		}

		@Override
		public Retryer clone() {
			return (DependencyCallHolder.get() != null) ? NEVER_RETRY : this.retryer.clone();
		}

	}

}
