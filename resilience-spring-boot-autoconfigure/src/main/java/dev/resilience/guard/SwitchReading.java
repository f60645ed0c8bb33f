package dev.resilience.guard;

import java.time.Duration;

import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

/**
 * What a switch looks like at a moment.
 *
 * @param position its position
 * @param reason why it was thrown
 * @param remaining the time until it returns by itself, {@code null} if it does not
 */
public record SwitchReading(SwitchPosition position, @Nullable String reason, @Nullable Duration remaining) {
}
