package dev.resilience.guard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The backlogs of a dependency, by the names of its operations. They outlive a change of
 * the policy.
 */
final class Backlogs {

	private final Map<String, Backlog> backlogs = new ConcurrentHashMap<>();

	Backlog of(String operation) {
		return this.backlogs.computeIfAbsent(operation, (key) -> new Backlog());
	}

	int pending() {
		return this.backlogs.values().stream().mapToInt(Backlog::pending).sum();
	}

}
