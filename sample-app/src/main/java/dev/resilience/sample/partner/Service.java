package dev.resilience.sample.partner;

import java.util.Map;

/**
 * What a partner does for the shop.
 */
@FunctionalInterface
interface Service {

	Answer UNKNOWN_REQUEST = new Answer(404, Map.of("error", "unknown request"));

	/**
	 * Answer as a partner does that is well.
	 * @param request the request
	 * @return the answer
	 */
	Answer answer(Request request);

	/**
	 * Take note of a request, whatever becomes of it.
	 * @param request the request, no health check
	 */
	default void received(Request request) {
	}

	/**
	 * Answer as far as a partner can that does a part of its work only.
	 * @param request the request
	 * @return by default the right answer, of which only the first half arrives
	 */
	default Answer partialAnswer(Request request) {
		return answer(request).cutOff();
	}

}
