package dev.resilience.delivery;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A call that is about to be stored.
 *
 * @param id its own
 * @param dependency who is called
 * @param operation its operation, {@code dependency/method}
 * @param payload the call itself
 * @param orderKey what it has in common with calls that are delivered one after the
 * other, {@code null} for no order
 * @param acceptedAt when it was accepted
 */
record Letter(String id, String dependency, String operation, byte[] payload, @Nullable String orderKey,
		Instant acceptedAt) {
}
