package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

import org.springframework.mail.MailAuthenticationException;
import org.springframework.mail.MailParseException;
import org.springframework.mail.MailPreparationException;
import org.springframework.mail.MailSendException;

/**
 * Spring's mail exceptions. When the server was reached, the failures of the messages
 * stand beside the cause chain; the first one tells what happened.
 */
final class SpringMailLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof MailAuthenticationException) {
			return Classification.UNAUTHORIZED;
		}
		return (link instanceof MailParseException || link instanceof MailPreparationException) ? Classification.OURS
				: null;
	}

	@Override
	public @Nullable Throwable hiddenCause(Throwable link) {
		Exception[] messages = (link instanceof MailSendException failure) ? failure.getMessageExceptions()
				: new Exception[0];
		return (messages.length > 0) ? messages[0] : null;
	}

}
