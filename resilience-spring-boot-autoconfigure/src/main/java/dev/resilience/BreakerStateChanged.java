package dev.resilience;

/**
 * The breaker of a dependency has changed its state: published as an application event.
 * Switching a dependency off, or to bypass, does not touch its breaker and is told by
 * {@link DependencySwitched}.
 * <p>
 * Listeners run after each other, in the order in which things happened, on a worker
 * thread of ours: never on the thread of a call, and in no transaction. One that takes
 * long delays those of later events, and no call. What happens before the application has
 * started is published when it starts; nothing is after it has begun to stop.
 *
 * @param dependency the name of the dependency
 * @param from the state before: {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}
 * @param to the state now, one of the same three
 */
public record BreakerStateChanged(String dependency, BreakerState from, BreakerState to) {
}
