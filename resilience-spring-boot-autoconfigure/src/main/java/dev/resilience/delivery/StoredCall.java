package dev.resilience.delivery;

import tools.jackson.databind.JsonNode;

/**
 * A call as it was stored.
 *
 * @param operation its operation, {@code dependency/method}
 * @param idempotencyKey by which the partner recognises it
 * @param arguments its arguments by the names of the parameters
 */
record StoredCall(String operation, String idempotencyKey, JsonNode arguments) {
}
