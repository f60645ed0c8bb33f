package dev.resilience.diagnosis;

/**
 * What a detector has found in the last minute.
 *
 * @param secondsAgo when it began
 * @param message the figures, and what to do
 */
record Finding(double secondsAgo, String message) {
}
