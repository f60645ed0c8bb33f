package dev.resilience.autoconfigure;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

/**
 * Knows who is authenticated, where Spring Security is present.
 */
final class CurrentUser {

	private CurrentUser() {
	}

	static Supplier<@Nullable Principal> supplier() {
		return ClassUtils.isPresent("org.springframework.security.core.context.SecurityContextHolder",
				CurrentUser.class.getClassLoader()) ? Authenticated::get : () -> null;
	}

	// apart, because Spring Security may be absent
	private static final class Authenticated {

		static @Nullable Principal get() {
			return SecurityContextHolder.getContext().getAuthentication();
		}

	}

}
