package dev.resilience.registry;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * A durable call that is tried no more.
 *
 * @param id its own
 * @param operation its operation, {@code dependency/method}
 * @param acceptedAt when it was accepted
 * @param diedAt since when it is tried no more
 * @param attempts how often it was attempted
 * @param reason why it is tried no more: {@code PERMANENT}, {@code ATTEMPTS},
 * {@code EXPIRED}, {@code UNKNOWN_OPERATION} or {@code UNREADABLE}
 * @param failure how it failed last
 * @param exception the class of the exception
 * @param arguments its arguments by name, {@code null} if they are not to be shown
 */
public record DeadLetter(String id, String operation, String acceptedAt, String diedAt, int attempts, String reason,
		FailureKind failure, @Nullable String exception, @Nullable Object arguments) {
}
