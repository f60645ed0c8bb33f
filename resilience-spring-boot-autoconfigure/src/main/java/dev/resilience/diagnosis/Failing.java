package dev.resilience.diagnosis;

/**
 * A dependency is failing.
 *
 * @param refusing whether its breaker refuses calls
 * @param inARow how many of its last calls have failed one after the other
 * @param sinceNanos when it began, on the monotonic clock
 * @param message in what, for humans
 */
public record Failing(boolean refusing, int inARow, long sinceNanos, String message) {
}
