package dev.resilience;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The switch of a dependency was thrown, or has returned by itself: published as an
 * application event. A return is told within about a second.
 * <p>
 * Listeners run after each other, in the order in which things happened, on a worker
 * thread of ours: never on the thread of a call, and in no transaction. One that takes
 * long delays those of later events, and no call. What happens before the application has
 * started is published when it starts; nothing is after it has begun to stop.
 *
 * @param dependency the name of the dependency
 * @param position the position of the switch now
 * @param reason why, in the words of whoever has thrown it, {@code null} if nobody gave a
 * reason; of a return, that it has returned by itself
 * @param duration after which it will return by itself, {@code null} if it will not
 */
public record DependencySwitched(String dependency, SwitchPosition position, @Nullable String reason,
		@Nullable Duration duration) {
}
