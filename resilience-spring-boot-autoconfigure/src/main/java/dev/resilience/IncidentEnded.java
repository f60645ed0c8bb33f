package dev.resilience;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The dependencies of an incident do what they usually do, for half a minute now:
 * published as an application event, once for each {@link IncidentBegan}, with what was
 * known in the end.
 * <p>
 * Listeners run after each other, in the order in which things happened, on a worker
 * thread of ours: never on the thread of a call, and in no transaction. One that takes
 * long delays those of later events, and no call. What happens before the application has
 * started is published when it starts; nothing is after it has begun to stop.
 *
 * @param id of the incident, the same when it begins and when it ends
 * @param since when the first dependency left its baseline
 * @param until when the last one was back
 * @param firstToDeviate the name of the first one
 * @param dependencies the names of all that deviated, in the order in which they began to
 * @param category what kind of trouble it was, as on the map: {@code CHANGE},
 * {@code DATA}, {@code OVERLOAD}, {@code CASCADE} or {@code EXHAUSTION}; {@code null} if
 * the figures did not tell
 * @param figures the figures that told
 * @param advice where to look, and what to do
 */
public record IncidentEnded(String id, Instant since, Instant until, String firstToDeviate, List<String> dependencies,
		@Nullable String category, List<String> figures, String advice) {
}
