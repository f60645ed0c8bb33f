package dev.resilience.diagnosis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.resilience.signal.CallCounts;

/**
 * How an incident went so far.
 */
final class Course {

	private final Map<String, Map<String, CallCounts>> operationsBefore = new HashMap<>();

	// in the order in which they left their baselines
	private final List<Entry> entries = new ArrayList<>();

	/** Note in what dependencies deviate. */
	void note(List<Subject> subjects) {
		for (Subject subject : subjects) {
			for (Deviation deviation : subject.deviations()) {
				this.operationsBefore.computeIfAbsent(subject.dependency(), (name) -> subject.operations().get());
				note(new Entry(subject.dependency(), deviation));
			}
		}
		this.entries.sort(Comparator.comparing((entry) -> entry.deviation().sinceNanos()));
	}

	// the first time counts, with the last figures
	private void note(Entry entry) {
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

	/**
	 * A dependency and one way in which it deviated.
	 *
	 * @param dependency its name
	 * @param deviation the deviation
	 */
	record Entry(String dependency, Deviation deviation) {
	}

}
