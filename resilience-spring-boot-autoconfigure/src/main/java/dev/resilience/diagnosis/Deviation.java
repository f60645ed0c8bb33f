package dev.resilience.diagnosis;

/**
 * A dependency deviates from what it usually does.
 *
 * @param signal in what
 * @param sinceNanos when it left its baseline, on the monotonic clock
 * @param message the figures, and what to do
 */
public record Deviation(DeviationSignal signal, long sinceNanos, String message) {
}
