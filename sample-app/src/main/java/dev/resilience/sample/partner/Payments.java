package dev.resilience.sample.partner;

import java.util.Map;
import java.util.UUID;

/**
 * Charges cards. The card of the customer "declined" is declined.
 */
class Payments implements Service {

	@Override
	public Answer answer(Request request) {
		if (!request.is("POST", "/charges")) {
			return UNKNOWN_REQUEST;
		}
		if (request.json().path("customer").asString().equals("declined")) {
			return new Answer(402, Map.of("reason", "insufficient funds"));
		}
		return new Answer(200, Map.of("paymentId", "pay-" + UUID.randomUUID()));
	}

}
