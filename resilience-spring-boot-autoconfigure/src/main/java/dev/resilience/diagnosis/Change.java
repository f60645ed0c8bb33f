package dev.resilience.diagnosis;

/**
 * Something was changed, which may be why something went wrong.
 *
 * @param atNanos when, on the monotonic clock
 * @param what was changed, in words
 */
public record Change(long atNanos, String what) {
}
