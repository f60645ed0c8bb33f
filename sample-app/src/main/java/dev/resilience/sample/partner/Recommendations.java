package dev.resilience.sample.partner;

import java.util.List;
import java.util.Map;

/**
 * Knows what a customer might buy next.
 */
class Recommendations implements Service {

	@Override
	public Answer answer(Request request) {
		if (!request.is("GET", "/recommendations")) {
			return UNKNOWN_REQUEST;
		}
		return new Answer(200, Map.of("products", List.of("espresso machine", "burr grinder", "milk jug")));
	}

}
