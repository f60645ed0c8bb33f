package dev.resilience.signal;

import java.time.Instant;

import dev.resilience.BreakerState;

/**
 * A breaker has changed its state.
 *
 * @param from its state before
 * @param to its state after
 * @param at when
 */
public record BreakerTransition(BreakerState from, BreakerState to, Instant at) {
}
