package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;

/**
 * A refusal by Spring Security is an answer.
 */
final class SecurityLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		return (link instanceof AccessDeniedException || link instanceof AuthenticationException)
				? Classification.ANSWER : null;
	}

}
