package dev.resilience.sample.partner;

import java.util.Map;
import java.util.UUID;

/**
 * Sends e-mails, or would.
 */
class Notifications implements Service {

	@Override
	public Answer answer(Request request) {
		if (!request.is("POST", "/emails")) {
			return UNKNOWN_REQUEST;
		}
		return new Answer(202, Map.of("messageId", "mail-" + UUID.randomUUID()));
	}

}
