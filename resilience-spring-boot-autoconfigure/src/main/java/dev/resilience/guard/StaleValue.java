package dev.resilience.guard;

import java.time.Duration;

/**
 * What a way out offers from an earlier time.
 *
 * @param value the value
 * @param age how old it is
 */
public record StaleValue(Object value, Duration age) {
}
