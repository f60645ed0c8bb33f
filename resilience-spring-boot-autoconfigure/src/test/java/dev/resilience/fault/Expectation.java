package dev.resilience.fault;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.resilience.FailureKind;
import dev.resilience.fault.Cell.Observation;

/**
 * What a fault is expected to do to the calls of some clients.
 *
 * @param fault the fault
 * @param kind the kind of failure that it is
 * @param attempts how many attempts are made, for each type
 * @param state the state of the breaker after further calls, and whether the dependency
 * is paused
 * @param clients the clients
 * @param types the types
 */
record Expectation(Fault fault, FailureKind kind, List<Integer> attempts, String state, List<Client> clients,
		List<CallType> types) {

	static Expectation of(Fault fault, FailureKind kind, String attempts, String state) {
		return new Expectation(fault, kind, Stream.of(attempts.split(" ")).map(Integer::valueOf).toList(), state,
				List.of(Client.values()), List.of(CallType.values()));
	}

	Expectation by(Client... clients) {
		return new Expectation(this.fault, this.kind, this.attempts, this.state, List.of(clients), this.types);
	}

	Expectation in(CallType... types) {
		return new Expectation(this.fault, this.kind, this.attempts, this.state, this.clients, List.of(types));
	}

	boolean isMetBy(Cell cell, Observation observed) {
		int failed = failed(cell);
		int attempts = this.attempts.get(cell.type().ordinal());
		return outcomes(cell, failed).equals(observed.outcomes()) && isSeen(cell, observed.seen(), failed)
				&& observed.attempts() == attempts
				&& observed.requests() == (this.fault.reachesThePartner() ? attempts : 0)
				&& observed.state().equals(this.state);
	}

	/** How many of the calls fail. */
	private int failed(Cell cell) {
		if (this.kind == FailureKind.NONE) {
			return 0;
		}
		return (this.fault != Fault.LOSS) ? cell.calls() : (cell.type() == CallType.IDEMPOTENT) ? 0 : 2;
	}

	// the guard's own exception is seen only where the client's timeout may not strike
	private boolean isSeen(Cell cell, List<String> seen, int failed) {
		String instead = cell.type().insteadOfAValue();
		long without = seen.stream().filter((each) -> each.startsWith(instead)).count();
		if (!this.fault.isEndless() && seen.contains("throws DependencyTimeoutException")) {
			return false;
		}
		return (cell.type() == CallType.BACKGROUND) ? without == cell.calls()
				: without == failed && Collections.frequency(seen, "value") == cell.calls() - failed;
	}

	private Map<String, Integer> outcomes(Cell cell, int failed) {
		Map<String, Integer> outcomes = new TreeMap<>();
		outcomes.put(Cell.SUCCESS, cell.calls() - failed);
		outcomes.put(cell.type().failedOutcome() + " " + this.kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
				failed);
		outcomes.values().removeIf((count) -> count == 0);
		return outcomes;
	}

}
