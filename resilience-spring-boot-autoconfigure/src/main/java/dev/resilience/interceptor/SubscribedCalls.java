package dev.resilience.interceptor;

import java.util.Objects;
import java.util.Optional;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * Calls of a method whose last good values belong to the user who subscribes. Apart from
 * the other calls, because Reactor may be absent.
 */
final class SubscribedCalls {

	private SubscribedCalls() {
	}

	/**
	 * Make a call for each subscription.
	 * @param user who subscribes
	 * @param keys tells which value is good for the call
	 * @param invocation the call as it was intercepted
	 * @param call makes it with its key; {@code null} if its user cannot be known
	 * @return what the call returns
	 */
	static Object mono(SubscribedUser user, LastGoodKeys keys, MethodInvocation invocation, Callee call) {
		// a caller who blocks is known by his thread
		Optional<SimpleKey> ofCaller = Optional.ofNullable(keys.of(invocation));
		return Mono.defer(user::name)
			.map((name) -> Optional.ofNullable(keys.of(invocation, name)))
			.defaultIfEmpty(ofCaller)
			.onErrorReturn(Optional.empty())
			.flatMap((key) -> call(call, key.orElse(null)));
	}

	private static Mono<?> call(Callee call, @Nullable SimpleKey key) {
		try {
			return (Mono<?>) Objects.requireNonNull(call.call(key));
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * Makes the call.
	 */
	interface Callee {

		@Nullable Object call(@Nullable SimpleKey key) throws Throwable;

	}

}
