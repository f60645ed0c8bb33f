package dev.resilience.interceptor;

import reactor.core.publisher.Mono;

/**
 * Knows who is authenticated where a publisher is subscribed.
 */
@FunctionalInterface
public interface SubscribedUser {

	/**
	 * The authenticated user.
	 * @return the name, empty for nobody
	 */
	Mono<String> name();

}
