package dev.resilience.interceptor;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Knows who is authenticated.
 *
 * @param caller on the current thread
 * @param subscriber where a publisher is subscribed, {@code null} if nobody knows
 */
public record Users(Supplier<@Nullable Principal> caller, @Nullable SubscribedUser subscriber) {

	/** Nobody ever is. */
	static final Users NONE = new Users(() -> null, null);

}
