package dev.resilience.autoconfigure;

import java.util.function.Supplier;

import dev.resilience.actuate.IntegrationsPage.CsrfHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Knows what a request has to prove where it comes from, where Spring Security protects
 * servlets. Elsewhere the page sends what it finds in a cookie.
 */
final class CsrfHeaders {

	private CsrfHeaders() {
	}

	static Supplier<@Nullable CsrfHeader> ofServlets(@Nullable ClassLoader classLoader) {
		boolean present = ClassUtils.isPresent("org.springframework.security.web.csrf.CsrfToken", classLoader)
				&& ClassUtils.isPresent("jakarta.servlet.ServletRequest", classLoader);
		return present ? Servlets::header : () -> null;
	}

	// apart, because Spring Security may be absent
	private static final class Servlets {

		static @Nullable CsrfHeader header() {
			RequestAttributes request = RequestContextHolder.getRequestAttributes();
			return (request != null && request.getAttribute(CsrfToken.class.getName(),
					RequestAttributes.SCOPE_REQUEST) instanceof CsrfToken token)
							? new CsrfHeader(token.getHeaderName(), token.getToken()) : null;
		}

	}

}
