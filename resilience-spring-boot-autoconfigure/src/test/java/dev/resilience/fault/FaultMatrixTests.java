package dev.resilience.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.fault.Cell.Observation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static dev.resilience.FailureKind.CONNECTION_REFUSED;
import static dev.resilience.FailureKind.CORRUPT_DATA;
import static dev.resilience.FailureKind.NONE;
import static dev.resilience.FailureKind.RATE_LIMITED;
import static dev.resilience.FailureKind.SERVER_ERROR;
import static dev.resilience.FailureKind.TIMEOUT;
import static dev.resilience.FailureKind.UNKNOWN;
import static dev.resilience.fault.CallType.BACKGROUND;
import static dev.resilience.fault.Client.FEIGN;
import static dev.resilience.fault.Client.HTTP_EXCHANGE;
import static dev.resilience.fault.Client.JDK;
import static dev.resilience.fault.Client.REST_CLIENT_APACHE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each HTTP client meets each fault on real sockets, in calls of each type.
 */
class FaultMatrixTests {

	/** Without the guard some of the faults would keep the caller for a minute. */
	private static final Duration LATENCY_BOUND = Duration.ofSeconds(20);

	private static final Path GENERATED = Path.of("target", "fault-matrix.md");

	private static final Path COMMITTED = Path.of("..", "docs", "fault-matrix.md");

	// attempts of calls: critical, critical and idempotent, degraded, optional, optional
	// and void; what was never sent is repeated always, what may have been received only
	// if that is safe
	private static final List<Expectation> EXPECTATIONS = List.of(
			Expectation.of(Fault.NONE, NONE, "1 1 1 1 1", "CLOSED"),
			Expectation.of(Fault.RESET, UNKNOWN, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.EMPTY_REPLY, UNKNOWN, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.MALFORMED_CHUNK, CORRUPT_DATA, "1 1 1 1 1", "OPEN"),
			Expectation.of(Fault.GARBAGE, CORRUPT_DATA, "1 1 1 1 1", "OPEN"),
			Expectation.of(Fault.GARBAGE, UNKNOWN, "1 3 1 1 1", "OPEN").by(REST_CLIENT_APACHE, HTTP_EXCHANGE),
			Expectation.of(Fault.SLOW_FIRST_BYTE, TIMEOUT, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.SLOW_DRIP, TIMEOUT, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.REFUSED, CONNECTION_REFUSED, "3 3 2 1 1", "OPEN"),
			Expectation.of(Fault.CONNECT_BLACKHOLE, CONNECTION_REFUSED, "3 3 2 1 1", "OPEN"),
			Expectation.of(Fault.BANDWIDTH_CAP, TIMEOUT, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.BODY_CUT, CORRUPT_DATA, "1 1 1 1 1", "OPEN"),
			Expectation.of(Fault.LOSS, UNKNOWN, "10 12 10 10 10", "CLOSED"),
			Expectation.of(Fault.STATUS_500, SERVER_ERROR, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.STATUS_503, SERVER_ERROR, "1 3 1 1 1", "OPEN"),
			Expectation.of(Fault.STATUS_503_LATER, SERVER_ERROR, "1 1 1 1 1", "CLOSED, paused"),
			Expectation.of(Fault.STATUS_429, RATE_LIMITED, "3 3 2 1 1", "CLOSED"),
			Expectation.of(Fault.STATUS_429_LATER, RATE_LIMITED, "1 1 1 1 1", "CLOSED, paused"),
			// a void method of an interface leaves the body alone
			Expectation.of(Fault.MALFORMED_CHUNK, NONE, "1 1 1 1 1", "CLOSED").by(HTTP_EXCHANGE, FEIGN).in(BACKGROUND),
			Expectation.of(Fault.BODY_CUT, NONE, "1 1 1 1 1", "CLOSED").by(HTTP_EXCHANGE, FEIGN).in(BACKGROUND),
			Expectation.of(Fault.BANDWIDTH_CAP, NONE, "1 1 1 1 1", "CLOSED").by(FEIGN).in(BACKGROUND),
			// what returns no response has to throw something
			Expectation.of(Fault.STATUS_500, UNKNOWN, "1 1 1 1 1", "OPEN").by(JDK).in(BACKGROUND),
			Expectation.of(Fault.STATUS_503, UNKNOWN, "1 1 1 1 1", "OPEN").by(JDK).in(BACKGROUND),
			Expectation.of(Fault.STATUS_503_LATER, UNKNOWN, "1 1 1 1 1", "OPEN").by(JDK).in(BACKGROUND),
			Expectation.of(Fault.STATUS_429, UNKNOWN, "1 1 1 1 1", "OPEN").by(JDK).in(BACKGROUND),
			Expectation.of(Fault.STATUS_429_LATER, UNKNOWN, "1 1 1 1 1", "OPEN").by(JDK).in(BACKGROUND));

	private static Map<Cell, Observation> observations;

	@BeforeAll
	static void observe() {
		try (FaultMatrix matrix = new FaultMatrix()) {
			observations = matrix.observe();
		}
	}

	@Test
	void eachCellIsAsExpected() {
		assertThat(observations).hasSize(Fault.values().length * Client.values().length * CallType.values().length);
		List<String> differences = new ArrayList<>();
		expectations().forEach((cell, expectation) -> {
			Observation observed = observations.get(cell);
			if (!expectation.isMetBy(cell, observed)) {
				differences.add(cell + ": expected " + expectation + " but observed " + observed);
			}
		});
		assertThat(differences).isEmpty();
	}

	@Test
	void callersAreFreeInTime() {
		assertThat(observations)
			.allSatisfy((cell, observed) -> assertThat(observed.longest()).isLessThan(LATENCY_BOUND));
	}

	@Test
	void committedTableIsThisOne() throws IOException {
		String table = FaultMatrixTable.of(observations);
		Files.writeString(GENERATED, table);
		assertThat(COMMITTED).as("if the differences are meant to be, copy target/%s to docs", GENERATED.getFileName())
			.content()
			.isEqualTo(table);
	}

	/** What is expected in each cell; what clients do differently stands behind. */
	private static Map<Cell, Expectation> expectations() {
		Map<Cell, Expectation> expectations = new LinkedHashMap<>();
		for (Expectation expectation : EXPECTATIONS) {
			for (Client client : expectation.clients()) {
				for (CallType type : expectation.types()) {
					expectations.put(new Cell(expectation.fault(), client, type), expectation);
				}
			}
		}
		return expectations;

	}

}
