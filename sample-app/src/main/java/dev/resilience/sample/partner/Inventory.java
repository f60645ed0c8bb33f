package dev.resilience.sample.partner;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;

/**
 * Reserves stock for an order, and releases it again.
 */
class Inventory implements Service {

	private static final String RESERVATIONS = "/reservations";

	@Override
	public Answer answer(Request request) {
		return answer(request, 0);
	}

	/**
	 * The last item of each order is sold out.
	 */
	@Override
	public Answer partialAnswer(Request request) {
		return answer(request, 1);
	}

	private Answer answer(Request request, int soldOut) {
		if (request.is("POST", RESERVATIONS)) {
			List<String> items = request.json().path("items").valueStream().map(JsonNode::asString).toList();
			return reserve(items, Math.max(0, items.size() - soldOut));
		}
		if (request.method().equals("DELETE") && request.path().startsWith(RESERVATIONS + "/")) {
			return new Answer(200, Map.of("released", request.path().substring(RESERVATIONS.length() + 1)));
		}
		return UNKNOWN_REQUEST;
	}

	private Answer reserve(List<String> items, int inStock) {
		Map<String, String> failed = items.stream()
			.skip(inStock)
			.collect(Collectors.toMap(Function.identity(), (item) -> "sold out"));
		return new Answer(200, Map.of("reserved", items.subList(0, inStock), "failed", failed));
	}

}
