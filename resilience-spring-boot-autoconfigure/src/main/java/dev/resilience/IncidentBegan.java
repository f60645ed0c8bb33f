package dev.resilience;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Dependencies deviate from what they usually do: published as an application event, once
 * for each incident, some seconds after it has begun, when it is known who followed whom.
 * <p>
 * Listeners run after each other, in the order in which things happened, on a worker
 * thread of ours: never on the thread of a call, and in no transaction. One that takes
 * long delays those of later events, and no call. What happens before the application has
 * started is published when it starts; nothing is after it has begun to stop.
 *
 * @param id of the incident, the same when it begins and when it ends
 * @param since when the first dependency left its baseline
 * @param firstToDeviate the name of that dependency, which is where to look; it need not
 * be the loudest
 * @param dependencies the names of all that deviate, in the order in which they began to
 * @param category what kind of trouble it is, as on the map: {@code CHANGE},
 * {@code DATA}, {@code OVERLOAD}, {@code CASCADE} or {@code EXHAUSTION}; {@code null} if
 * the figures do not tell
 * @param figures the figures that tell
 * @param advice where to look, and what to do
 */
public record IncidentBegan(String id, Instant since, String firstToDeviate, List<String> dependencies,
		@Nullable String category, List<String> figures, String advice) {
}
