package dev.resilience.delivery;

import com.github.kagkarlsson.scheduler.task.Execution;

/**
 * A stored call that this instance has in hand: whoever else takes it changes its
 * version.
 *
 * @param id its own
 * @param version its version
 */
record Held(String id, long version) {

	static Held of(Execution execution) {
		return new Held(execution.getId(), execution.version);
	}

}
