package dev.resilience;

/**
 * Durable calls are tried no more and kept as dead letters, for somebody to requeue or
 * discard: published as an application event by the instance that gave them up.
 * <p>
 * Listeners run after each other, in the order in which things happened, on a worker
 * thread of ours: never on the thread of a call, and in no transaction. One that takes
 * long delays those of later events, and no call. What happens before the application has
 * started is published when it starts; nothing is after it has begun to stop.
 *
 * @param dependency the name of the dependency
 * @param calls how many calls they are, at least one
 */
public record CallsDeadLettered(String dependency, int calls) {
}
