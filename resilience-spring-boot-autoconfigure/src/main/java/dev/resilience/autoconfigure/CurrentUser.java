package dev.resilience.autoconfigure;

import java.security.Principal;

import dev.resilience.interceptor.SubscribedUser;
import dev.resilience.interceptor.Users;
import org.jspecify.annotations.Nullable;

import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

/**
 * Knows who is authenticated, where Spring Security is present.
 */
final class CurrentUser {

	private CurrentUser() {
	}

	static Users users(@Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("org.springframework.security.core.context.SecurityContextHolder", classLoader)) {
			return new Users(() -> null, null);
		}
		return new Users(Authenticated::get,
				ClassUtils.isPresent("reactor.core.publisher.Mono", classLoader) ? Subscribed.user() : null);
	}

	// apart, because Spring Security may be absent
	private static final class Authenticated {

		static @Nullable Principal get() {
			return SecurityContextHolder.getContext().getAuthentication();
		}

	}

	// apart, because Reactor may be absent too
	private static final class Subscribed {

		static SubscribedUser user() {
			return () -> ReactiveSecurityContextHolder.getContext()
				.mapNotNull((context) -> (context.getAuthentication() != null) ? context.getAuthentication().getName()
						: null);
		}

	}

}
