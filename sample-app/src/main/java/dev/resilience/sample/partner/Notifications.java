package dev.resilience.sample.partner;

import java.util.Map;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Sends e-mails, or would. The log says which ones have arrived, also those that are not
 * answered.
 */
class Notifications implements Service {

	private static final Logger logger = LoggerFactory.getLogger(Notifications.class);

	private static final String EMAILS = "/emails";

	@Override
	public void received(Request request) {
		if (request.is("POST", EMAILS)) {
			logger.info("E-mail to {} received, Idempotency-Key {}", recipient(request), request.idempotencyKey());
		}
	}

	// as JSON: one line, whatever was sent
	private static String recipient(Request request) {
		try {
			return request.json().path("to").toString();
		}
		catch (JacksonException ex) {
			return "nobody";
		}
	}

	@Override
	public Answer answer(Request request) {
		if (!request.is("POST", EMAILS)) {
			return UNKNOWN_REQUEST;
		}
		return new Answer(202, Map.of("messageId", "mail-" + UUID.randomUUID()));
	}

}
