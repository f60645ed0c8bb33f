package dev.resilience.fault;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.resilience.fault.Cell.Observation;

/**
 * The matrix as a page of the documentation.
 */
final class FaultMatrixTable {

	private static final String INTRODUCTION = """
			# The fault matrix

			What the guard makes of broken connections. `FaultMatrixTests` lets each HTTP client meet each fault on real
			sockets: a TCP proxy between the client and its partner breaks the connection. It writes this page and fails
			when it does not match.

			Every request is a POST, which the partner has processed before the fault shows. Clients are built from Spring
			Boot's builders. Each caller was free within 20 s, although some faults last a minute.

			In a cell: how the call ended, how many attempts it made / how many requests reached the partner. The meter
			`resilience.calls` has counted it with the kind as `failure`. The last column is the state of the breaker after
			three calls more. A critical call that fails throws the client's own exception; where bytes come slowly, the
			client's timeout or a `DependencyTimeoutException`, whichever is first.

			""";

	private static final String DIFFERENCES = """

			Where clients differ:

			- Apache's client skips what is no HTTP and reports a lost connection.
			- A void method of an HTTP interface or a Feign client leaves the body alone and does not notice that it is
			  broken.
			- java.net.http has no exceptions for statuses. A method that returns its `HttpResponse` is judged by the
			  status; one that returns something else, here the void one, has to throw an exception of its own, which is
			  `UNKNOWN` unless a [`FailureClassifier`](../README.md#in-code) says more.
			""";

	private FaultMatrixTable() {
	}

	static String of(Map<Cell, Observation> observations) {
		StringBuilder page = new StringBuilder(INTRODUCTION);
		List<String> head = new ArrayList<>(List.of("fault", "clients", "kind"));
		Stream.of(CallType.values()).map(CallType::description).forEach(head::add);
		head.add("breaker");
		header(page, head);
		for (Fault fault : Fault.values()) {
			Map<List<String>, List<Client>> clients = new LinkedHashMap<>();
			for (Client client : Client.values()) {
				clients.computeIfAbsent(results(observations, fault, client), (results) -> new ArrayList<>())
					.add(client);
			}
			clients.forEach((results, same) -> row(page,
					Stream.concat(Stream.of(fault.description(), names(same)), results.stream())));
		}
		page.append(DIFFERENCES);
		return page.toString();
	}

	private static void header(StringBuilder page, List<String> cells) {
		row(page, cells.stream());
		row(page, cells.stream().map((cell) -> "---"));
	}

	private static void row(StringBuilder page, Stream<String> cells) {
		page.append(cells.collect(Collectors.joining(" | ", "| ", " |\n")));
	}

	private static String names(List<Client> clients) {
		EnumSet<Client> others = EnumSet.allOf(Client.class);
		others.removeAll(clients);
		if (others.isEmpty()) {
			return "all";
		}
		return (others.size() < clients.size()) ? "all but " + list(others) : list(clients);
	}

	private static String list(Collection<Client> clients) {
		return clients.stream().map(Client::description).collect(Collectors.joining("; "));
	}

	/** The kind, each type's result and the state of the breakers. */
	private static List<String> results(Map<Cell, Observation> observations, Fault fault, Client client) {
		String kind = kind(observations.get(new Cell(fault, client, CallType.CRITICAL)));
		List<String> results = new ArrayList<>(List.of(kind));
		Map<String, List<String>> states = new LinkedHashMap<>();
		for (CallType type : CallType.values()) {
			Cell cell = new Cell(fault, client, type);
			Observation observed = observations.get(cell);
			String result = result(cell, observed);
			if (observed.failed() > 0 && !kind(observed).equals(kind)) {
				result += " (" + kind(observed) + ")";
			}
			results.add("%s, %d/%d".formatted(result, observed.attempts(), observed.requests()));
			states.computeIfAbsent(observed.state(), (state) -> new ArrayList<>()).add(type.description());
		}
		String usual = observations.get(new Cell(fault, client, CallType.CRITICAL)).state();
		results.add(usual + states.entrySet()
			.stream()
			.filter((state) -> !state.getKey().equals(usual))
			.map((state) -> " (" + String.join("; ", state.getValue()) + ": " + state.getKey() + ")")
			.collect(Collectors.joining()));
		return results;
	}

	private static String kind(Observation observed) {
		return observed.outcomes()
			.keySet()
			.stream()
			.map((outcome) -> outcome.substring(outcome.indexOf(' ') + 1))
			.filter((failure) -> !failure.equals("none"))
			.map((failure) -> "`" + failure.toUpperCase(Locale.ROOT).replace('-', '_') + "`")
			.collect(Collectors.joining(", "));
	}

	private static String result(Cell cell, Observation observed) {
		int failed = observed.failed();
		String result = (cell.type() == CallType.BACKGROUND) ? "fails" : cell.type().insteadOfAValue();
		return (failed == 0) ? "succeeds"
				: (failed == cell.calls()) ? result : "%s %d of %d".formatted(result, failed, cell.calls());
	}

}
