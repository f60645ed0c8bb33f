package dev.resilience.diagnosis;

import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What is wrong is named within ten seconds, from when it began, and it is over when it
 * is.
 */
class FaultyTrafficTests {

	private static final int CALM = 300;

	private double sinceSeconds;

	@ParameterizedTest
	@ValueSource(ints = { 5, 10, 40 })
	void moreErrors(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.ERRORS, (fault) -> fault.errorRate = 0.5);
		assertThat(message)
			.matches("\\d\\d % of its calls fail \\(\\d+ of \\d+ in (5|10) s\\), usually at most .* %: .*");
		assertThat(this.sinceSeconds).isEqualTo(CALM, within(2.0));
		traffic.errorRate = 0.001;
		isOver(traffic);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 40 })
	void everythingIsSlow(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.LATENCY, (fault) -> fault.slowness = 5);
		assertThat(message).startsWith("Everything is slow: p50 is ").containsPattern(", usually (39|4\\d) ms");
		assertThat(this.sinceSeconds).isEqualTo(CALM, within(2.0));
		traffic.slowness = 1;
		isOver(traffic);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 40 })
	void aPartOfItIsSlow(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.LATENCY, (fault) -> fault.tailShare = 0.25);
		assertThat(message).startsWith("p99 is ").contains("while p50 stays at");
		assertThat(this.sinceSeconds).isEqualTo(CALM, within(4.0));
		traffic.tailShare = 0;
		isOver(traffic);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 40 })
	void nobodyAsks(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.THROUGHPUT, (fault) -> fault.demand = 0.05);
		assertThat(message).matches("Its calls have dropped from .*/s to .*/s: .*");
		assertThat(this.sinceSeconds).isEqualTo(CALM, within(2.0));
		traffic.demand = 1;
		isOver(traffic);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 40 })
	void itHangs(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.SATURATION, (fault) -> fault.hangs = true);
		assertThat(message).startsWith("100 % of its 25 slots are in use: ");
		traffic.hangs = false;
		isOver(traffic);
	}

	@ParameterizedTest
	@ValueSource(ints = { 40 })
	void thereIsNotEnoughRoom(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.SATURATION, (fault) -> fault.slowness = 40);
		assertThat(message)
			.matches(".* % of its 25 slots are in use: at .*/s and .* s you need \\d+ slots, you have 25");
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 40 })
	void retriesAreUsedUp(int rate) {
		Traffic traffic = calm(rate);
		String message = named(traffic, DeviationSignal.RETRY_BUDGET, (fault) -> {
			fault.errorRate = 0.5;
			fault.retryShare = 1;
			fault.budgetUsedUp = true;
		});
		assertThat(message).startsWith("Its retry budget is used up: ");
		assertThat(this.sinceSeconds).isEqualTo(CALM, within(2.0));
	}

	private static Traffic calm(int rate) {
		Traffic traffic = new Traffic(rate, rate, 0, 40, 0.5, 0.001, 25);
		traffic.pass(CALM);
		assertThat(traffic.watch().deviations()).isEmpty();
		return traffic;
	}

	private String named(Traffic traffic, DeviationSignal signal, Consumer<Traffic> fault) {
		fault.accept(traffic);
		for (int second = 1; second <= 10; second++) {
			traffic.pass();
			List<Deviation> found = traffic.watch()
				.deviations()
				.stream()
				.filter((each) -> each.signal() == signal)
				.toList();
			if (!found.isEmpty()) {
				this.sinceSeconds = found.get(0).sinceNanos() / (double) Traffic.SECOND;
				return found.get(0).message();
			}
		}
		throw new AssertionError("Not found: " + traffic.watch().deviations());
	}

	private static void isOver(Traffic traffic) {
		traffic.pass(120);
		assertThat(traffic.watch().deviations()).isEmpty();
	}

	@Test
	void whatIsSlowAndFailsDoesNotBecomeNormal() {
		Traffic traffic = calm(20);
		traffic.slowness = 4;
		traffic.errorRate = 0.4;
		traffic.pass(3600);
		assertThat(traffic.watch().deviations()).extracting(Deviation::signal).contains(DeviationSignal.ERRORS);
	}

	@Test
	void whatFailsFromTheStartIsNamed() {
		Traffic traffic = new Traffic(1, 10, 0, 40, 0.5, 0.4, 25);
		traffic.pass(90);
		assertThat(traffic.watch().deviations()).extracting(Deviation::signal).contains(DeviationSignal.ERRORS);
	}

}
