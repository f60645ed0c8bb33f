package dev.resilience.registry;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The durable calls of a dependency that are stored.
 *
 * @param pending how many are to be delivered
 * @param dead how many are dead letters
 * @param oldest for how long the oldest one waits, {@code null} if none does
 * @param nextDue when the next one will be attempted, {@code null} if none waits
 * @param durable whether the store keeps what it has accepted when it crashes
 * @param growingSince since when they become more, {@code null} if they do not
 * @param unreachableSince since when the store does not answer, {@code null} if it does
 */
public record DurableBacklog(long pending, long dead, @Nullable Duration oldest, @Nullable Instant nextDue,
		boolean durable, @Nullable Instant growingSince, @Nullable Instant unreachableSince) {
}
