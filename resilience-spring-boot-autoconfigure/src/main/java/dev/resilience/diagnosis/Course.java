package dev.resilience.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.resilience.signal.CallCounts;

/**
 * How an incident went so far.
 */
final class Course {

	private static final long OTHER_STORY_NANOS = TimeUnit.MINUTES.toNanos(5);

	private final Map<String, Map<String, CallCounts>> operationsBefore = new HashMap<>();

	// in the order in which they left their baselines
	private final List<Entry> entries = new ArrayList<>();

	private final String id = UUID.randomUUID().toString();

	private long newestNanos;

	String id() {
		return this.id;
	}

	/** Note in what dependencies deviate. */
	void note(long nowNanos, List<Subject> subjects) {
		for (Subject subject : subjects) {
			for (Deviation deviation : subject.deviations()) {
				this.operationsBefore.computeIfAbsent(subject.dependency(), (name) -> subject.operations().get());
				note(nowNanos, new Entry(subject.dependency(), deviation));
			}
		}
		Set<String> troubled = this.entries.stream()
			.filter((entry) -> entry.deviation().signal() != DeviationSignal.THROUGHPUT)
			.map(Entry::dependency)
			.collect(Collectors.toSet());
		// one that is called less because another one does not answer is no culprit
		this.entries.sort(Comparator.<Entry, Boolean>comparing((entry) -> !troubled.contains(entry.dependency()))
			.thenComparing((entry) -> entry.deviation().sinceNanos()));
	}

	/** Whether somebody deviates who came into the story long after everybody else. */
	boolean isOtherStory(long nowNanos, List<Subject> subjects) {
		return nowNanos - this.newestNanos > OTHER_STORY_NANOS
				&& subjects.stream().filter(Subject::isInTrouble).anyMatch((subject) -> !knows(subject.dependency()));
	}

	// the first time counts, with the last figures
	private void note(long nowNanos, Entry entry) {
		for (int i = 0; i < this.entries.size(); i++) {
			Entry known = this.entries.get(i);
			if (known.dependency().equals(entry.dependency())
					&& known.deviation().signal() == entry.deviation().signal()) {
				this.entries.set(i, new Entry(entry.dependency(), new Deviation(entry.deviation().signal(),
						known.deviation().sinceNanos(), entry.deviation().message())));
				return;
			}
		}
		this.entries.add(entry);
		this.newestNanos = nowNanos;
	}

	List<Entry> entries() {
		return this.entries;
	}

	long sinceNanos() {
		return this.entries.get(0).deviation().sinceNanos();
	}

	/** The calls of each operation since the dependency was seen to deviate. */
	Map<String, CallCounts> operationsSince(Subject subject) {
		Map<String, CallCounts> before = this.operationsBefore.getOrDefault(subject.dependency(), Map.of());
		Map<String, CallCounts> since = new HashMap<>();
		subject.operations().get().forEach((operation, counts) -> {
			CallCounts earlier = Objects.requireNonNullElse(before.get(operation), CallCounts.NONE);
			since.put(operation, new CallCounts(counts.calls() - earlier.calls(), counts.errors() - earlier.errors()));
		});
		return since;
	}

	boolean knows(String dependency) {
		return this.entries.stream().anyMatch((entry) -> entry.dependency().equals(dependency));
	}

	/**
	 * One way in which a dependency can deviate.
	 *
	 * @param dependency its name
	 * @param signal the way
	 */
	record Key(String dependency, DeviationSignal signal) {
	}

	/**
	 * A dependency and one way in which it deviated.
	 *
	 * @param dependency its name
	 * @param deviation the deviation
	 */
	record Entry(String dependency, Deviation deviation) {
	}

}
